/** One agent signals two points, the first as failed; one blocks for the second, one watches both. Any may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointStatus, pointsStatus } from '#fenceline/fence/points.js';
import { signal, signalError } from '#fenceline/fence/timeline.js';
import { isOwedByMe, waitPoints } from '#fenceline/fence/wait.js';
import { cancelWatch, watchPoints } from '#fenceline/fence/watch.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { type LineWorld, nameOf, newLine, pointOf, signalled } from './lines.ts';

const size = { seated: 4 };
const names = ['signaller', 'sleeper', 'listener'];

function listen(world: LineWorld): readonly string[] {
  const agent = agentIn(world, 2);
  const log: string[] = [];
  const note = (point: number): void => void log.push(`${point} ${nameOf(pointStatus(agent, pointOf(world, point)))}`);
  watchPoints(agent, [pointOf(world, 2)], () => note(2));
  watchPoints(agent, [pointOf(world, 1)], () => note(1));
  cancelWatch(watchPoints(agent, [pointOf(world, 1)], () => log.push('cancelled')));
  return log;
}

export default scenario({
  setup: () => newLine(size, 2, [1, 2, 3]),
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      assert(isOwedByMe(agent, world.points), 'Blocking for these would never end.');
      signalError(agent, world.writer, 1, signalled);
      signal(agent, world.writer, 2);
      return 'signalled';
    },
    sleeper: (world) => {
      const agent = agentIn(world, 1);
      assert(!isOwedByMe(agent, world.points));
      waitPoints(agent, world.points, Number.POSITIVE_INFINITY);
      return [nameOf(pointStatus(agent, pointOf(world, 1))), nameOf(pointsStatus(agent, world.points))];
    },
    listener: listen,
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { signaller, sleeper, listener }) => {
    if (signaller !== undefined && sleeper !== undefined) assert.deepEqual(sleeper, ['failed', 'failed']);
    if (sleeper !== undefined) assert(!sleeper.includes('pending') && !sleeper.includes('done'), 'No error is lost.');
    if (listener === undefined) return;
    assert.equal(listener.length, 2, 'Each callback ran exactly once, the cancelled one never.');
    const [first, second] = [...listener].sort();
    assert(first === '1 failed' || (signaller === undefined && first === '1 owner died'));
    assert(second === '2 done' || (signaller === undefined && second === '2 owner died'));
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
