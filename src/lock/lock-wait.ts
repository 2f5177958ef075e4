/**
 * Blocking for a ww lock. The asynchronous way is a waiter of the pump that calls `acquireStep` (reservation/lock-set.ts).
 */

import { ticketsPerAgent, userTickets } from '../base/limits.ts';
import type { Agent } from '../cells/memory.ts';
import { sleepUntil } from '../cells/wait.ts';
import type { Ticket } from './ticket.ts';
import { agentOfTicket, isTicketOpen } from './ticket.ts';
import type { Acquisition } from './ww-lock.ts';
import { acquireStep, holderOf, leaveLock } from './ww-lock.ts';

/**
 * Blocks until the ticket has the lock or must die. Outcomes: as `acquireStep`; 'blocked' at the deadline, then nothing
 * is left behind. The caller has made sure that this agent may block (`isSelfDeadlock`).
 */
export function acquireSync(agent: Agent, lockAt: number, ticket: Ticket, deadline: number): Acquisition {
  let outcome = acquireStep(agent, lockAt, ticket);
  if (outcome !== 'blocked') return outcome;
  sleepUntil(
    agent,
    () => {
      outcome = acquireStep(agent, lockAt, ticket);
      return outcome !== 'blocked';
    },
    deadline,
  );
  if (outcome === 'blocked') leaveLock(agent, lockAt, ticket);
  return outcome;
}

/** Whether a ticket of this agent holds the lock. */
export function isHeldHere(agent: Agent, lockAt: number): boolean {
  const holder = holderOf(agent, lockAt);
  return holder >= 0 && agentOfTicket(holder) === agent.index;
}

/**
 * Whether blocking for this lock could wait for this very thread: a ticket of the same agent holds it, or another open
 * ticket of this agent exists that may hold what the holder waits for. Stamps cannot order two tickets of one thread.
 */
export function isSelfDeadlock(agent: Agent, lockAt: number, ticket: Ticket): boolean {
  if (isHeldHere(agent, lockAt)) return true;
  const first = agent.index * ticketsPerAgent;
  for (let id = first; id < first + userTickets; id++) {
    if (id !== ticket.id && isTicketOpen(agent, id)) return true;
  }
  return false;
}
