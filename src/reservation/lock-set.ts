/**
 * Many ww locks under one ticket, with retry: the engine below every transaction (Linux: drm_exec).
 *
 * `step` functions do one attempt at a lock and say what happened; when the ticket must die, everything is given back,
 * the contended lock is remembered, and `resume` takes it first, with nothing held, before the body runs again. The
 * stamp stays, so the oldest always gets through. Locks met on the way stay held until `release`.
 *
 * Not here: what is locked, drafts, retries of a body (Transaction).
 */

import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import { ringAgents } from '../cells/doorbell.ts';
import { takeOthers } from '../cells/interest.ts';
import type { Agent } from '../cells/memory.ts';
import { TRACE_ACQUIRED, TRACE_RELEASED, trace } from '../cells/trace.ts';
import type { Rule, Ticket } from '../lock/ticket.ts';
import { closeTicket, openAdmissionTicket, openServiceTicket, openTicket } from '../lock/ticket.ts';
import { noteGivenBack, noteHeld } from '../lock/validator.ts';
import type { Acquisition } from '../lock/ww-lock.ts';
import { acquireStep, leaveLock, releaseLock, tryAcquire } from '../lock/ww-lock.ts';

export interface LockSet {
  readonly ticket: Ticket;
  /** Addresses of locks held, in order of acquisition. */
  readonly held: number[];
  /** Locks that were suspect when taken: their owner died. The caller looks after what they protect. */
  readonly suspects: number[];
  /** The lock that made the ticket die, to be taken first; 0 = none. */
  contended: number;
}

export function openLockSet(agent: Agent, rule: Rule = 'wait-die'): LockSet {
  return setOf(openTicket(agent, rule));
}

/** A set for what others wait for, of which an agent has one. */
export function openServiceSet(agent: Agent): LockSet {
  return setOf(openServiceTicket(agent));
}

/** A set for admitting jobs, to be kept: its ticket only tries, it never waits. */
export function openAdmissionSet(agent: Agent): LockSet {
  return setOf(openAdmissionTicket(agent));
}

function setOf(ticket: Ticket): LockSet {
  return { ticket, held: [], suspects: [], contended: 0 };
}

/** One step towards a lock (see `acquireStep`). After 'die' all is given back and `contended` is set. */
export function lockStep(agent: Agent, set: LockSet, lockAt: number): Acquisition {
  const outcome = acquireStep(agent, lockAt, set.ticket);
  if (outcome === 'die') {
    releaseAll(agent, set);
    set.contended = lockAt;
    return outcome;
  }
  noteTaken(agent, set, lockAt, outcome);
  return outcome;
}

/** Takes a lock if that takes no waiting; 'blocked' changes nothing. */
export function tryLock(agent: Agent, set: LockSet, lockAt: number): Acquisition {
  const outcome = tryAcquire(agent, lockAt, set.ticket);
  noteTaken(agent, set, lockAt, outcome);
  return outcome;
}

/** Gives up waiting for a lock. */
export function leaveStep(agent: Agent, set: LockSet, lockAt: number): void {
  leaveLock(agent, lockAt, set.ticket);
  // A free lock may have been kept for this ticket.
  ringQueued(agent);
}

/** Gives back every lock; the ticket stays open, with its stamp. */
export function releaseAll(agent: Agent, set: LockSet): void {
  releaseSince(agent, set, 0);
  set.suspects.length = 0;
}

/** Gives back locks taken after the first `count`, the last one first. */
export function releaseSince(agent: Agent, set: LockSet, count: number): void {
  let isAwaited = false;
  for (let lockAt = set.held.length > count ? set.held.pop() : undefined; lockAt !== undefined; ) {
    trace(agent, TRACE_RELEASED, lockAt, 0, 0, set.ticket.id);
    if (agent.validator !== undefined) noteGivenBack(agent, lockAt);
    isAwaited = releaseLock(agent, lockAt, set.ticket) || isAwaited;
    lockAt = set.held.length > count ? set.held.pop() : undefined;
  }
  // Only if somebody asked: a failed admission gives its locks back too, and must not ring itself for that.
  if (isAwaited) ringQueued(agent);
}

/** Gives back everything and ends the ticket. */
export function closeLockSet(agent: Agent, set: LockSet): void {
  releaseAll(agent, set);
  closeTicket(agent, set.ticket);
}

/** Whoever could not admit a job for want of a lock, memory or room looks again. This agent stays among those who want to hear of it. */
export function ringQueued(agent: Agent): void {
  if (load(agent.words, H_QUEUED_INTEREST) === 0) return;
  ringAgents(agent, takeOthers(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index), -1);
}

function noteTaken(agent: Agent, set: LockSet, lockAt: number, outcome: Acquisition): void {
  if (outcome !== 'acquired' && outcome !== 'suspect') return;
  set.held.push(lockAt);
  trace(agent, TRACE_ACQUIRED, lockAt, 0, 0, set.ticket.id);
  if (agent.validator !== undefined) noteHeld(agent, lockAt, set.ticket);
  if (outcome === 'suspect') set.suspects.push(lockAt);
}
