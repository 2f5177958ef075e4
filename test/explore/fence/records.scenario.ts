/** Four points fail and one is done, with room for two errors: what was forgotten is unknown, never done. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signal, signalError } from '#fenceline/fence/timeline.js';
import { agentIn, bury, describeWordOf, oneTicket, shrink } from '../world.ts';
import { assertOneWay, newLine, pointOf, signalled, watchStatus } from './lines.ts';

const size = { seated: 4 };
const names = ['signaller', 'early', 'late'];
const fails = ['pending', 'failed', 'unknown', 'owner died'];

export default scenario({
  setup: () => newLine(size, 5, [1, 2, 3]),
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      signalError(agent, world.writer, 1, signalled);
      signal(agent, world.writer, 2);
      for (const seqno of [3, 4, 5]) signalError(agent, world.writer, seqno, signalled);
      return 'signalled';
    },
    early: (world) => watchStatus(world, pointOf(world, 1), 2),
    late: (world) => [...watchStatus(world, pointOf(world, 2), 1), ...watchStatus(world, pointOf(world, 4), 1)],
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { signaller, early, late }) => {
    if (early !== undefined) assertOneWay(early, fails, false);
    if (late !== undefined) {
      assert.notEqual(late[1], 'done', 'No error is lost into success.');
      assert.notEqual(late[0], 'failed', 'What was done has no error.');
    }
    const end: string[] = [];
    for (const point of world.points) end.push(watchStatus(world, point, 1)[0] ?? '');
    for (const one of [0, 2, 3, 4])
      assert(fails.includes(end[one] ?? '') && end[one] !== 'pending', `Point ${one + 1} is ${end[one]}.`);
    if (signaller !== undefined) assert.deepEqual(end.slice(3), ['failed', 'failed'], 'The last errors are on record.');
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 1,
    patches: [oneTicket, shrink('src/base/timeline-layout.ts', 'recordsPerTimeline', 2)],
  },
});
