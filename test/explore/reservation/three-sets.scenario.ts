/** Three lock sets over three locks, each over two of them, in a ring. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { assertLocksAtRest, countOf, newLockWorld } from '../lock/locks.ts';
import { describeWordOf, oneTicket } from '../world.ts';
import { transact } from './lock-sets.ts';

const size = { seated: 3, buffers: 3 };

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    first: (world) => transact(world, 0, [0, 1]),
    second: (world) => transact(world, 1, [1, 2]),
    third: (world) => transact(world, 2, [2, 0]),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1), countOf(world, 2)], [2, 2, 2]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
