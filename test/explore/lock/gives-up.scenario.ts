/**
 * A ticket that has to give way, and never comes back: the ring that it may have been sent goes to the one who still waits.
 * Wound-wait, where a waiter is told so while it stands in the line.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leaveLock } from '#fenceline/lock/ww-lock.js';
import { closeLockSet, lockStep } from '#fenceline/reservation/lock-set.js';
import { lockSync, transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { addOne, assertLocksAtRest, countOf, newWoundingWorld } from './locks.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newWoundingWorld(size, 2);
    const [oldest] = world.sets;
    // The oldest waits for the lock of the second, and leaves: the wound stays.
    assert.equal(lockStep(agentIn(world, 0), oldest, lockAt(world, 1)), 'blocked');
    leaveLock(agentIn(world, 0), lockAt(world, 1), oldest.ticket);
    return world;
  },
  agents: {
    holder: (world) => {
      addOne(world, 0);
      closeLockSet(agentIn(world, 0), world.sets[0]);
    },
    wounded: (world) => {
      const agent = agentIn(world, 1);
      const [, set] = world.sets;
      const outcome = lockSync(agent, set, lockAt(world, 0));
      closeLockSet(agent, set);
      return outcome;
    },
    waiter: (world) => transact(world, 2, [0], world.sets[2]),
  },
  after: (world, { waiter }) => {
    assertLocksAtRest(world, undefined);
    assert.equal(waiter, 0);
    assert.equal(countOf(world, 0), 2);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
