/** A lock set in an event loop whose contended lock passes from a younger to an older holder while it begins to wait. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { assertLocksAtRest, countOf, newLockWorld } from '../lock/locks.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { transact, transactAsync } from './lock-sets.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const [older, pumped, younger] = [agentIn(world, 0), agentIn(world, 1), agentIn(world, 2)];
    const sets = [openLockSet(older), openLockSet(pumped), openLockSet(younger)] as const;
    lockStep(pumped, sets[1], lockAt(world, 0));
    lockStep(younger, sets[2], lockAt(world, 1));
    return { ...world, sets };
  },
  agents: {
    older: (world) => transact(world, 0, [1], world.sets[0]),
    pumped: (world) => transactAsync(world, 1, [0, 1], world.sets[1]),
    younger: (world) => transact(world, 2, [1], world.sets[2]),
  },
  after: (world, { pumped }) => {
    assertLocksAtRest(world, undefined);
    assert(pumped.isDone, 'The set in the event loop came to its end.');
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [1, 3]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
