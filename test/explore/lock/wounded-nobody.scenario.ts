/** Wound-wait: a ticket that nobody older waits for never gives way, also if the one before it in its slot had to. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newWoundingWorld } from './locks.ts';

const size = { seated: 3, buffers: 4 };

export default scenario({
  setup: () => newWoundingWorld(size, 3),
  agents: {
    older: (world) => transact(world, 0, [0, 1], world.sets[0]),
    twice: (world) => [
      transact(world, 1, [1], world.sets[1]),
      transact(world, 1, [3, 2], openLockSet(agentIn(world, 1), 'wound-wait')),
    ],
    holder: (world) => transact(world, 2, [2], world.sets[2]),
  },
  after: (world, { older, twice, holder }) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([older, twice, holder], [0, [0, 0], 0], 'Nobody gives way.');
    assert.deepEqual(
      [0, 1, 2, 3].map((lock) => countOf(world, lock)),
      [1, 2, 2, 1],
    );
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
