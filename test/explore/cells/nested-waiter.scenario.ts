/** A waiter whose poll adds another waiter, so that a look happens inside a look: both run once. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { agentIn, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { isRaised, raise, watchFlag } from './doorbells.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => newWorld(size),
  agents: {
    listener: (world) => {
      const log: string[] = [];
      let isAdded = false;
      addWaiter(agentIn(world, 0), {
        hint: -1,
        order: nextWaiterOrder(),
        poll: () => {
          if (!isRaised(world, 1)) return false;
          if (!isAdded) {
            isAdded = true;
            watchFlag(world, 0, 2, 1, -1, () => log.push('inner'));
          }
          return true;
        },
        run: () => log.push('outer'),
      });
      return log;
    },
    raiser: (world) => {
      raise(world, 1, 1, 0);
      raise(world, 1, 2, 0);
    },
  },
  after: (_world, { listener }) => assert.deepEqual([...listener].sort(), ['inner', 'outer']),
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
