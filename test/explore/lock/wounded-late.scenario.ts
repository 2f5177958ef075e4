/**
 * Wound-wait: whoever is about to wound a ticket may be so late that its slot has the next ticket by then, which somebody
 * else has wounded meanwhile: that wound stays.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { type LockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld } from './locks.ts';

const size = { seated: 3, buffers: 4 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const sets = [
      openLockSet(agentIn(world, 0), 'wound-wait'),
      openLockSet(agentIn(world, 1), 'wound-wait'),
      openLockSet(agentIn(world, 2), 'wound-wait'),
    ] as const;
    for (let index = 0; index < 3; index++)
      lockStep(agentIn(world, index), sets[index] as LockSet, lockAt(world, index));
    return { ...world, sets };
  },
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
