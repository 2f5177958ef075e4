/** Two agents hint deadlines of two points while a third signals the first; what is pending is told in time. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signal, TELLS_DEADLINES } from '#fenceline/fence/timeline.js';
import { hintPoint, serveWishes } from '#fenceline/fence/wishes.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { newLine, pointOf } from './lines.ts';

const size = { seated: 4 };
const names = ['signaller', 'early', 'late'];

export default scenario({
  setup: () => newLine(size, 3, [1, 2, 3], { wishes: TELLS_DEADLINES }),
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      const calls: { readonly due: number; readonly upTo: number }[] = [];
      const onDeadline = (due: number, upTo: number): void => void calls.push({ due, upTo });
      serveWishes(agent, world.writer, { onWanted: undefined, onDeadline, originMs: 0 });
      signal(agent, world.writer, 1);
      return calls;
    },
    early: (world) => {
      hintPoint(agentIn(world, 1), pointOf(world, 1), 10);
      hintPoint(agentIn(world, 1), pointOf(world, 2), 20);
      return true;
    },
    late: (world) => {
      hintPoint(agentIn(world, 2), pointOf(world, 3), 30);
      return true;
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { signaller, early, late }) => {
    if (signaller === undefined) return;
    for (const { due, upTo } of signaller) {
      assert([10, 20, 30].includes(due) && upTo >= 1 && upTo <= 3, `It was told ${due} for ${upTo}.`);
    }
    const isTold = (due: number, upTo: number): boolean =>
      signaller.some((call) => call.due <= due && call.upTo >= upTo);
    if (early) assert(isTold(20, 2), 'The second point was needed by 20.');
    if (late) assert(isTold(30, 3), 'The third point was needed by 30.');
    if (early && late) assert(signaller.length <= 3);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
