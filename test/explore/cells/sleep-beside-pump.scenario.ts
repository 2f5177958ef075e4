/** An agent that has a waiter in its pump sleeps for something else: no ring is lost to the other kind of waiter. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { bury, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { isOver, raise, sleepFor, watchFlag } from './doorbells.ts';

const size = { seated: 4 };
const names = ['both', 'left', 'right'];

export default scenario({
  setup: () => newWorld(size),
  agents: {
    both: (world) => {
      const log: string[] = [];
      watchFlag(world, 0, 1, 1, 3, () => log.push('called'));
      sleepFor(world, 0, () => isOver(world, 2, 2));
      assert.deepEqual(log, [], 'No callback runs before its agent is back in its event loop.');
      return log;
    },
    left: (world) => {
      raise(world, 1, 1, 0, 3);
      return 'rang';
    },
    right: (world) => {
      raise(world, 2, 2, 0);
      return 'rang';
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { both }) => {
    if (both !== undefined) assert.deepEqual(both, ['called']);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
