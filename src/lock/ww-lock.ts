/**
 * The ww lock: wait-die or wound-wait, with barging, without a wait list and without a spin word (design D6).
 *
 * Words: the lock word `ticket + 1 (12) | incarnation (16) | SUSPECT | WAITERS`, the set of agents that wait, the ticket
 * that must not be barged past. Waiters: waiters.ts.
 *
 *   lock, free:   cas(0 -> me)                       unlock, nobody waits: cas(me -> 0)
 *   lock, held:   register; read again; die, or cas(v -> v | WAITERS) and sleep on the doorbell; woken -> again
 *   unlock:       cas(owner part -> 0), then ring the first waiter; none found: cas(WAITERS -> 0), then ring who is there now
 *
 * Why no lost wake-up: a waiter registers, then reads the word. If the word still had an owner, that owner's unlock
 * comes later and its scan finds the waiter (WAITERS is set by then, or the waiter's own compare-exchange fails and it
 * reads again); if it was free, the waiter takes it. Who leaves without the lock, having perhaps been the one who was
 * rung, passes the ring on.
 * Why no deadlock, wait-die: tickets that hold locks wait only for younger holders. A change of holder re-runs that test:
 * whoever takes a lock with WAITERS rings the younger waiters that hold locks, and they die. The hand-off ticket counts as
 * a holder in this test. Whoever takes WAITERS away rings all who wait after that: they look, and set it again. After a
 * death every doorbell rings.
 * Why no deadlock, wound-wait (wound.ts): a ticket that holds locks and waits for a younger holder has wounded it, and a
 * wounded ticket that holds locks never waits. A change of holder re-runs that test too.
 *
 * Not here: the order of unlocks and retries (reservation/lock-set.ts), blocking (lock-wait.ts).
 * Source: kernel/locking/ww_mutex.h, __ww_mutex_die, __ww_mutex_wound; facts/protocols.md 2.5. Linux keeps a sorted wait
 * list; here the first waiter is found by a scan. Linux's wait-die also gives way to older waiters; here to holders only.
 */

import { assert } from '../base/assert.ts';
import { L_HANDOFF, L_OVERFLOW, L_WAITERS, L_WORD } from '../base/layout.ts';
import { cas, load } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import { isAgentIn, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { isLive } from '../cells/memory.ts';
import { TRACE_BACKED_OFF, TRACE_CONTENDED, TRACE_LOCK_LEFT, trace } from '../cells/trace.ts';
import type { Ticket } from './ticket.ts';
import { agentOfTicket, holdingOf, OWNER_MASK, plainStamp, stampOf, ticketIdOf } from './ticket.ts';
import {
  comesBefore,
  firstWaiter,
  forEachWaiter,
  isBehindOwn,
  isWaitingHere,
  register,
  unregister,
} from './waiters.ts';
import { forgetWound, isWounded, tryWound, woundIfOlderWaits } from './wound.ts';

const SUSPECT = 1 << 28;
const WAITERS = 1 << 30;

/** How often a waiter may find the lock taken by others before nobody younger barges past it. */
const handoffAfter = 8;

export type Acquisition = 'acquired' | 'suspect' | 'blocked' | 'already' | 'die';

/** Takes the lock if that takes no waiting. Outcomes: as `acquireStep`, but 'blocked' leaves nothing behind. */
export function tryAcquire(agent: Agent, lockAt: number, ticket: Ticket): Acquisition {
  if (ticket.rule === 'wound-wait' && ticket.holding === 0) forgetWound(agent, ticket);
  const word = load(agent.words, lockAt + L_WORD);
  if ((word & OWNER_MASK) === ticket.word) return 'already';
  if ((word & OWNER_MASK) !== 0 || isKeptForAnother(agent, lockAt, word, ticket)) return 'blocked';
  if (!cas(agent.words, lockAt + L_WORD, word, word | ticket.word)) return 'blocked';
  return taken(agent, lockAt, word, ticket);
}

/**
 * One step towards the lock: takes it, or registers the ticket as a waiter. Call it again when the doorbell rang, or
 * `leaveLock` to give up. Outcomes: 'acquired'; 'suspect' (acquired, its owner died: see `clearSuspect`); 'already'
 * (this ticket holds it); 'die' (give back everything, wait for this one with nothing held; no longer registered);
 * 'blocked' (registered: will be rung).
 */
export function acquireStep(agent: Agent, lockAt: number, ticket: Ticket): Acquisition {
  const { words } = agent;
  if (cas(words, lockAt + L_WORD, 0, ticket.word)) return taken(agent, lockAt, 0, ticket);
  if (ticket.rule === 'wound-wait' && ticket.holding === 0) forgetWound(agent, ticket);
  for (;;) {
    const word = load(words, lockAt + L_WORD);
    const owner = word & OWNER_MASK;
    if (owner === ticket.word) return 'already';
    if (owner === 0 && !isAnothersTurn(agent, lockAt, word, ticket)) {
      if (cas(words, lockAt + L_WORD, word, word | ticket.word)) return taken(agent, lockAt, word, ticket);
      continue;
    }
    if (ticket.rule === 'wait-die' && ticket.holding > 0 && isBehindOlder(agent, lockAt, word, ticket)) {
      return giveWay(agent, lockAt, ticket, owner);
    }
    if (ticket.waitingAt !== lockAt) {
      trace(agent, TRACE_CONTENDED, lockAt, owner & 0xfff, 0, ticket.id);
      register(agent, lockAt, ticket);
      continue;
    }
    if ((word & WAITERS) === 0 && !cas(words, lockAt + L_WORD, word, word | WAITERS)) continue;
    // Read again: the test above belongs to this very word, or it would have to be made again.
    if (load(words, lockAt + L_WORD) !== (word | WAITERS)) continue;
    if (ticket.rule === 'wound-wait') {
      // First the holder, as in Linux: it is wounded also by a ticket that gives way itself.
      if (owner !== 0 && !tryWound(agent, lockAt, word | WAITERS, ticket)) continue;
      if (ticket.holding > 0 && isWounded(agent, ticket)) return giveWay(agent, lockAt, ticket, owner);
    }
    noteLoss(agent, lockAt, ticket);
    return 'blocked';
  }
}

/**
 * Gives the lock back and wakes the first waiter. Context: the ticket holds it.
 * Outcomes: true if anybody asked to hear of it; then those without a ticket (`askToBeRung`) are the caller's to ring.
 */
export function releaseLock(agent: Agent, lockAt: number, ticket: Ticket): boolean {
  const { words } = agent;
  ticket.holding--;
  if (cas(words, lockAt + L_WORD, ticket.word, 0)) return false;
  for (;;) {
    const word = load(words, lockAt + L_WORD);
    assert((word & OWNER_MASK) === ticket.word, 'Only the ticket that holds a lock gives it back.');
    if (!cas(words, lockAt + L_WORD, word, word & ~OWNER_MASK)) continue;
    if ((word & WAITERS) !== 0) passOn(agent, lockAt);
    return (word & WAITERS) !== 0;
  }
}

/** Gives up waiting. If the lock is free by now, the ring that may have been ours goes to the next one. */
export function leaveLock(agent: Agent, lockAt: number, ticket: Ticket): void {
  if (ticket.waitingAt !== lockAt) return;
  trace(agent, TRACE_LOCK_LEFT, lockAt, 0, 0, ticket.id);
  unregister(agent, lockAt, ticket);
  const word = load(agent.words, lockAt + L_WORD);
  if ((word & OWNER_MASK) === 0 && (word & WAITERS) !== 0) passOn(agent, lockAt);
}

/** The holder has looked after what the dead owner left: the lock is as good as new. */
export function clearSuspect(agent: Agent, lockAt: number): void {
  for (;;) {
    const word = load(agent.words, lockAt + L_WORD);
    if (cas(agent.words, lockAt + L_WORD, word, word & ~SUSPECT)) return;
  }
}

/** The lock protects something new: who died with it before does not matter. */
export function forgetSuspect(agent: Agent, lockAt: number): void {
  if (isSuspect(agent, lockAt)) clearSuspect(agent, lockAt);
}

/** Whether a former owner died with it and nobody has looked after what it left. */
export function isSuspect(memory: Memory, lockAt: number): boolean {
  return (load(memory.words, lockAt + L_WORD) & SUSPECT) !== 0;
}

/** Ticket that holds the lock now, or -1. */
export function holderOf(memory: Memory, lockAt: number): number {
  return ticketIdOf(load(memory.words, lockAt + L_WORD) & OWNER_MASK);
}

/** Makes sure that the next unlock looks for waiters, ticket or not. Outcomes: false if the lock is free now. */
export function askToBeRung(agent: Agent, lockAt: number): boolean {
  for (;;) {
    const word = load(agent.words, lockAt + L_WORD);
    if ((word & OWNER_MASK) === 0) return false;
    if ((word & WAITERS) !== 0 || cas(agent.words, lockAt + L_WORD, word, word | WAITERS)) return true;
  }
}

/** Takes a stopped agent out of a lock: what it held becomes suspect, and it waits no longer. Can be done again. */
export function repairLock(agent: Agent, lockAt: number, deadIndex: number): void {
  const { words } = agent;
  // Looks before it writes: a space has thousands of locks, in pages that nobody has touched yet.
  if (isAgentIn(readAgents(words, lockAt + L_WAITERS, lockAt + L_OVERFLOW), deadIndex)) {
    removeAgent(words, lockAt + L_WAITERS, lockAt + L_OVERFLOW, deadIndex);
  }
  const kept = load(words, lockAt + L_HANDOFF);
  if (kept !== 0 && agentOfTicket(ticketIdOf(kept)) === deadIndex) cas(words, lockAt + L_HANDOFF, kept, 0);
  for (;;) {
    const word = load(words, lockAt + L_WORD);
    if ((word & OWNER_MASK) === 0 || agentOfTicket(ticketIdOf(word)) !== deadIndex) break;
    if (cas(words, lockAt + L_WORD, word, (word & WAITERS) | SUSPECT)) break;
  }
}

/** `before`: the word that our compare-exchange replaced. */
function taken(agent: Agent, lockAt: number, before: number, ticket: Ticket): Acquisition {
  ticket.holding++;
  ticket.losses = 0;
  if (ticket.waitingAt !== 0) {
    // Others would not see that it holds one more by now, and that it has to give way.
    assert(ticket.waitingAt === lockAt, 'A ticket that waits for a lock takes no other.');
    unregister(agent, lockAt, ticket);
  }
  if ((before & WAITERS) !== 0) settleWaiters(agent, lockAt, ticket);
  return (before & SUSPECT) !== 0 ? 'suspect' : 'acquired';
}

/** The holder changed to `ticket`: who must give way to whom among it and the waiters is settled anew. */
function settleWaiters(agent: Agent, lockAt: number, ticket: Ticket): void {
  if (ticket.rule === 'wound-wait') woundIfOlderWaits(agent, lockAt, ticket);
  else ringYounger(agent, lockAt, ticket);
}

function giveWay(agent: Agent, lockAt: number, ticket: Ticket, owner: number): Acquisition {
  leaveLock(agent, lockAt, ticket);
  trace(agent, TRACE_BACKED_OFF, lockAt, owner & 0xfff, 0, ticket.id);
  return 'die';
}

/** The holder, or the ticket that the free lock is kept for, is older. Read again: the stamp belongs to that word. */
function isBehindOlder(agent: Agent, lockAt: number, word: number, ticket: Ticket): boolean {
  const ahead = (word & OWNER_MASK) !== 0 ? word : load(agent.words, lockAt + L_HANDOFF);
  if (ahead === 0) return false;
  const stamp = stampOf(agent, ticketIdOf(ahead));
  return load(agent.words, lockAt + L_WORD) === word && stamp < ticket.stamp;
}

/** A free lock that this waiter leaves to one that comes first: its own agent's, or one that has lost too often. */
function isAnothersTurn(agent: Agent, lockAt: number, word: number, ticket: Ticket): boolean {
  if (isKeptForAnother(agent, lockAt, word, ticket)) return true;
  return ticket.waitingAt === lockAt && isBehindOwn(agent, lockAt, ticket);
}

/** A free lock is kept for a waiter that lost too often, against those behind it, while that waiter is there. */
function isKeptForAnother(agent: Agent, lockAt: number, word: number, ticket: Ticket): boolean {
  if ((word & WAITERS) === 0) return false;
  const kept = load(agent.words, lockAt + L_HANDOFF);
  if (kept === 0 || kept === ticket.word) return false;
  const id = ticketIdOf(kept);
  if (!isWaitingHere(agent, lockAt, id) || !isLive(agent, agentOfTicket(id))) return false;
  if (ticket.waitingAt === lockAt) return comesBefore(agent, id, ticket.id);
  const stamp = stampOf(agent, id);
  return stamp < ticket.stamp || stamp === plainStamp;
}

function noteLoss(agent: Agent, lockAt: number, ticket: Ticket): void {
  if (++ticket.losses < handoffAfter) return;
  const kept = load(agent.words, lockAt + L_HANDOFF);
  if (kept === ticket.word) return;
  const isBetter =
    kept === 0 || !isWaitingHere(agent, lockAt, ticketIdOf(kept)) || stampOf(agent, ticketIdOf(kept)) > ticket.stamp;
  if (isBetter) cas(agent.words, lockAt + L_HANDOFF, kept, ticket.word);
}

/**
 * After the lock came free: rings the first waiter, or takes the mark away if there is none. A waiter that registered after
 * the scan may rely on the mark, and whoever takes the lock without it tells nobody: all who wait by then look again.
 */
function passOn(agent: Agent, lockAt: number): void {
  const { words } = agent;
  for (;;) {
    const first = firstWaiter(agent, lockAt);
    if (first >= 0) {
      ring(agent, agentOfTicket(first), -1);
      return;
    }
    const word = load(words, lockAt + L_WORD);
    if ((word & OWNER_MASK) !== 0 || (word & WAITERS) === 0) return;
    if (cas(words, lockAt + L_WORD, word, word & ~WAITERS)) break;
  }
  forEachWaiter(agent, lockAt, (id) => ring(agent, agentOfTicket(id), -1));
}

/** The holder changed to `ticket`: waiters that hold locks and are younger must look again, and die. */
function ringYounger(agent: Agent, lockAt: number, ticket: Ticket): void {
  forEachWaiter(agent, lockAt, (id) => {
    if (holdingOf(agent, id) > 0 && stampOf(agent, id) > ticket.stamp) ring(agent, agentOfTicket(id), -1);
  });
}
