/** A signaller that only signals what somebody waits for; one agent blocks for the first point, one listens for the second. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointStatus } from '#fenceline/fence/points.js';
import { signal, TELLS_WAITS } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { watchPoints } from '#fenceline/fence/watch.js';
import { serveWishes } from '#fenceline/fence/wishes.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { nameOf, newLine, pointOf } from './lines.ts';

const size = { seated: 4 };
const names = ['signaller', 'sleeper', 'listener'];

export default scenario({
  setup: () => newLine(size, 2, [1, 2, 3], { wishes: TELLS_WAITS }),
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      const calls: number[] = [];
      const onWanted = (upTo: number): void => {
        calls.push(upTo);
        signal(agent, world.writer, upTo);
      };
      serveWishes(agent, world.writer, { onWanted, onDeadline: undefined, originMs: 0 });
      return calls;
    },
    sleeper: (world) => {
      waitPoints(agentIn(world, 1), [pointOf(world, 1)], Number.POSITIVE_INFINITY);
      return nameOf(pointStatus(world.memory, pointOf(world, 1)));
    },
    listener: (world) => {
      const log: string[] = [];
      watchPoints(agentIn(world, 2), [pointOf(world, 2)], () => {
        log.push(nameOf(pointStatus(world.memory, pointOf(world, 2))));
      });
      return log;
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { signaller, sleeper, listener }) => {
    const outcome = signaller === undefined ? ['done', 'owner died'] : ['done'];
    if (sleeper !== undefined) assert(outcome.includes(sleeper), sleeper);
    if (listener !== undefined) assert(listener.length === 1 && outcome.includes(listener[0] ?? ''), listener.join());
    if (signaller === undefined) return;
    // Each call covers points that no call covered before.
    const told = signaller.join();
    assert(['', '1', '2', '1,2'].includes(told), `It was told ${told}.`);
    if (sleeper !== undefined) assert.notEqual(told, '', 'Somebody waited for the first point.');
    if (listener !== undefined) assert(told.endsWith('2'), 'Somebody waited for the second point.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
