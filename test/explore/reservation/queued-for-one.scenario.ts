/** An admission wants one of two locks of a set, which gives them back together: it is rung, whichever of the two that is. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from '#fenceline/base/layout.js';
import { addAgent } from '#fenceline/cells/interest.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { askToBeRung } from '#fenceline/lock/ww-lock.js';
import { openAdmissionSet, releaseAll, tryLock } from '#fenceline/reservation/lock-set.js';
import { addOne, assertLocksAtRest, countOf, type LockWorld, newLockWorld } from '../lock/locks.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { transact } from './lock-sets.ts';

const size = { seated: 3, buffers: 2 };

function admit(world: LockWorld, index: number, lock: number): void {
  const agent = agentIn(world, index);
  const at = lockAt(world, lock);
  const set = openAdmissionSet(agent);
  const look = (): boolean => {
    addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
    return tryLock(agent, set, at) !== 'blocked' || (!askToBeRung(agent, at) && tryLock(agent, set, at) !== 'blocked');
  };
  sleepUntil(agent, look, Number.POSITIVE_INFINITY);
  addOne(world, lock);
  releaseAll(agent, set);
}

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    transaction: (world) => transact(world, 0, [0, 1]),
    first: (world) => admit(world, 1, 0),
    second: (world) => admit(world, 2, 1),
  },
  after: (world, { transaction }) => {
    assertLocksAtRest(world, undefined);
    assert.equal(transaction, 0, 'An admission is younger than any other.');
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 2]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
