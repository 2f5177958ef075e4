/**
 * Wound-wait: whoever is about to wound a ticket may be so late that its slot has the next ticket by then, which somebody
 * else has wounded meanwhile: that wound stays.
 */
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
    late: (world) => transact(world, 0, [0, 2], world.sets[0]),
    twice: (world) => [
      transact(world, 2, [2], world.sets[2]),
      transact(world, 2, [3, 1], openLockSet(agentIn(world, 2), 'wound-wait')),
    ],
    second: (world) => transact(world, 1, [1, 3], world.sets[1]),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual(
      [0, 1, 2, 3].map((lock) => countOf(world, lock)),
      [1, 2, 2, 2],
    );
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
