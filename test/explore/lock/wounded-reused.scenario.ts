/**
 * Wound-wait: one agent uses its ticket slot twice, and each of its tickets has to give way to somebody else. A wound
 * meant for the first must neither hurt the second nor hide the wound that the second got.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newWoundingWorld } from './locks.ts';

const size = { seated: 3, buffers: 3 };

export default scenario({
  setup: () => newWoundingWorld(size, 3),
  agents: {
    first: (world) => transact(world, 0, [0, 2], world.sets[0]),
    twice: (world) => [
      transact(world, 2, [2], world.sets[2]),
      transact(world, 2, [2, 1], openLockSet(agentIn(world, 2), 'wound-wait')),
    ],
    second: (world) => transact(world, 1, [1, 2], world.sets[1]),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1), countOf(world, 2)], [1, 2, 4]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
