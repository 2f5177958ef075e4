/**
 * Who waits for a ww lock, and in which order they are served.
 *
 * A waiter is a ticket whose T_WAITING names the lock, of an agent in the lock's set; both are written before the lock
 * word is read again (ww-lock.ts). There is no list: the first one is found by a scan. Tickets are served by age. Those
 * without one come in order of arrival among them: T_ARRIVAL is the place in the line, and ties are broken by age. A
 * ticket stands before the oldest of those that are younger than it, so it shares that one's place; else it is the last.
 * Nobody notes places until somebody without an age has waited for this lock (L_MIXED): all are at place 0, by age.
 *
 * Not here: who may take the lock, and who must give way. Source: kernel/locking/ww_mutex.h, __ww_mutex_add_waiter. Two
 * that arrive at the same moment may get the same place here: then the older goes first.
 */
import { L_HANDOFF, L_MIXED, L_OVERFLOW, L_WAITERS, T_ARRIVAL, T_HOLDING, T_WAITING } from '../base/layout.ts';
import { ticketsPerAgent } from '../base/limits.ts';
import { cas, load, store } from '../cells/cell.ts';
import { addAgent, popAgent, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Ticket } from './ticket.ts';
import { isTicketOpen, plainStamp, stampOf, ticketAt, waitingOf } from './ticket.ts';

/** Makes the ticket a waiter. Visible from the second store on; the caller reads the lock word again after this. */
export function register(agent: Agent, lockAt: number, ticket: Ticket): void {
  const at = ticketAt(agent, ticket.id);
  store(agent.words, at + T_HOLDING, ticket.holding);
  store(agent.words, at + T_ARRIVAL, placeFor(agent, lockAt, ticket));
  store(agent.words, at + T_WAITING, lockAt);
  ticket.waitingAt = lockAt;
  addAgent(agent.words, lockAt + L_WAITERS, lockAt + L_OVERFLOW, agent.index);
}

export function unregister(agent: Agent, lockAt: number, ticket: Ticket): void {
  const { words } = agent;
  store(words, ticketAt(agent, ticket.id) + T_WAITING, 0);
  ticket.waitingAt = 0;
  if (load(words, lockAt + L_HANDOFF) === ticket.word) cas(words, lockAt + L_HANDOFF, ticket.word, 0);
  const first = agent.index * ticketsPerAgent;
  for (let id = first; id < first + ticketsPerAgent; id++) if (waitingOf(agent, id) === lockAt) return;
  removeAgent(words, lockAt + L_WAITERS, lockAt + L_OVERFLOW, agent.index);
}

export function isWaitingHere(memory: Memory, lockAt: number, id: number): boolean {
  return isTicketOpen(memory, id) && waitingOf(memory, id) === lockAt;
}

/** Whether `a` is served before `b`. Context: both wait for the same lock. */
export function comesBefore(memory: Memory, a: number, b: number): boolean {
  const ahead = placeOf(memory, b) - placeOf(memory, a);
  return ahead > 0 || (ahead === 0 && isOlder(memory, a, b));
}

/** The waiter to be served next, or -1. */
export function firstWaiter(memory: Memory, lockAt: number): number {
  let first = -1;
  forEachWaiter(memory, lockAt, (id) => {
    if (first < 0 || comesBefore(memory, id, first)) first = id;
  });
  return first;
}

/** Whether another ticket of this very agent waits here and comes first: one doorbell wakes both, in no order. */
export function isBehindOwn(agent: Agent, lockAt: number, ticket: Ticket): boolean {
  const first = agent.index * ticketsPerAgent;
  for (let id = first; id < first + ticketsPerAgent; id++) {
    if (id !== ticket.id && isWaitingHere(agent, lockAt, id) && comesBefore(agent, id, ticket.id)) return true;
  }
  return false;
}

/** Calls `visit` with every ticket that waits for the lock, in no order. */
export function forEachWaiter(memory: Memory, lockAt: number, visit: (id: number) => void): void {
  const agents = readAgents(memory.words, lockAt + L_WAITERS, lockAt + L_OVERFLOW);
  for (let index = popAgent(agents); index >= 0; index = popAgent(agents)) {
    for (let id = index * ticketsPerAgent; id < (index + 1) * ticketsPerAgent; id++) {
      if (waitingOf(memory, id) === lockAt) visit(id);
    }
  }
}

function placeFor(agent: Agent, lockAt: number, ticket: Ticket): number {
  const isPlain = ticket.rule === 'plain';
  if (load(agent.words, lockAt + L_MIXED) === 0) {
    if (!isPlain) return 0;
    store(agent.words, lockAt + L_MIXED, 1);
  }
  let last = 0;
  let next = -1;
  forEachWaiter(agent, lockAt, (id) => {
    last = Math.max(last, placeOf(agent, id));
    const stamp = stampOf(agent, id);
    if (!isPlain && stamp !== plainStamp && stamp > ticket.stamp && (next < 0 || isOlder(agent, id, next))) next = id;
  });
  return next < 0 ? last + 1 : placeOf(agent, next);
}

function placeOf(memory: Memory, id: number): number {
  return load(memory.words, ticketAt(memory, id) + T_ARRIVAL);
}

function isOlder(memory: Memory, a: number, b: number): boolean {
  return stampOf(memory, a) < stampOf(memory, b);
}
