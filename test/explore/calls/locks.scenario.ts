/** Locks and tickets on their own: taken, asked for, given up, given back. */
import assert from 'node:assert/strict';
import { createBuffer, dropBuffer, lockOf, reservationOf } from '#fenceline/buffer/buffer.js';
import { acquireSync, isSelfDeadlock } from '#fenceline/lock/lock-wait.js';
import { areTicketsOpen, closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, askToBeRung, clearSuspect, leaveLock, releaseLock, tryAcquire } from '#fenceline/lock/ww-lock.js';
import { tryRelease } from '#fenceline/memory/placement.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import {
  closeLockSet,
  leaveStep,
  lockStep,
  openLockSet,
  openServiceSet,
  releaseAll,
  ringQueued,
} from '#fenceline/reservation/lock-set.js';
import { addPointLocked, pendingPoints, reserveLocked, USAGE_READ } from '#fenceline/reservation/reservation.js';
import { recoverLocked, withLockNow } from '#fenceline/schedule/admit.js';
import { killed } from './killed.ts';

export default killed((space, agent) => {
  const { buffer } = createBuffer(agent, 64, 1, 0);
  const lock = lockOf(agent, buffer);
  const ticket = openTicket(agent);
  assert.equal(acquireSync(agent, lock, ticket, Number.POSITIVE_INFINITY), 'acquired');
  clearSuspect(agent, lock);
  assert(askToBeRung(agent, lock));
  releaseLock(agent, lock, ticket);
  assert.equal(tryAcquire(agent, lock, ticket), 'acquired');
  assert(isSelfDeadlock(agent, lock, ticket));
  releaseLock(agent, lock, ticket);
  assert.equal(acquireStep(agent, lock, ticket), 'acquired');
  leaveLock(agent, lock, ticket);
  releaseLock(agent, lock, ticket);
  assert(areTicketsOpen(agent));
  const service = openServiceSet(agent);
  assert.equal(lockStep(agent, service, lock), 'acquired');
  closeLockSet(agent, service);
  closeTicket(agent, ticket);
  const set = openLockSet(agent);
  assert.equal(lockStep(agent, set, lock), 'acquired');
  recoverLocked(agent, buffer);
  assert(reserveLocked(agent, reservationOf(agent, buffer), 1));
  // A point of a lane that is over.
  const point = { timeline: space.layout.limits.timelines, generation: 0, seqno: 0 };
  addPointLocked(agent, reservationOf(agent, buffer), point, USAGE_READ);
  assert.equal(pendingPoints(agent, reservationOf(agent, buffer), USAGE_READ).length, 0);
  leaveStep(agent, set, lock);
  ringQueued(agent);
  releaseAll(agent, set);
  closeLockSet(agent, set);
  const isAdded = (): void => assert(addForeignLocked(agent, reservationOf(agent, buffer), [point], USAGE_READ));
  assert(withLockNow(agent, buffer, isAdded));
  assert(dropBuffer(agent, buffer, agent.index));
  assert(tryRelease(agent, buffer));
});
