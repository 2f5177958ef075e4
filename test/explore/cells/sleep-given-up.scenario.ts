/** An agent that has a waiter in its pump gives up a sleep when its time is over: the waiter is rung all the same. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { now } from '#fenceline/cells/clock.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { agentIn, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { raise, watchFlag } from './doorbells.ts';

const size = { seated: 3 };

export default scenario({
  setup: () => newWorld(size),
  agents: {
    both: (world) => {
      const log: string[] = [];
      watchFlag(world, 0, 1, 1, 3, () => log.push('called'));
      assert(!sleepUntil(agentIn(world, 0), () => false, now() + 1), 'Nothing ends this sleep but its time.');
      return log;
    },
    left: (world) => {
      raise(world, 1, 1, 0, 3);
      return 'rang';
    },
  },
  after: (_world, { both }) => assert.deepEqual(both, ['called']),
  describeWord: describeWordOf(size),
  options: { timeouts: 'explored', preemptions: 2, patches: [oneTicket] },
});
