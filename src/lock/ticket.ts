/**
 * Tickets: what a transaction holds its locks under (Linux: ww_acquire_ctx).
 *
 * A ticket has a 64-bit stamp from one counter and keeps it across retries: the oldest always gets through. Its slot
 * belongs to one agent, which alone writes it; others read the stamp and what it waits for, and check afterwards that
 * the lock word still names this ticket and incarnation. Not here: the locks (ww-lock.ts).
 */

import { fail } from '../base/errors.ts';
import {
  T_ARRIVAL,
  T_HOLDING,
  T_STAMP_HI,
  T_STAMP_LO,
  T_STATE,
  T_WAITING,
  T_WOUNDED,
  TICKET_WORDS,
} from '../base/layout.ts';
import { ticketsPerAgent, userTickets } from '../base/limits.ts';
import { load, nextStamp, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';

const incarnationMask = 0xffff;

/** How two tickets that want the same lock settle it, or `plain`: it has no age, waits in order of arrival, never gives way. */
export type Rule = 'wait-die' | 'wound-wait' | 'plain';

/** The stamp of tickets without an age: they are younger than any other, but for the one that admits jobs. */
export const plainStamp: number = Number.MAX_SAFE_INTEGER - 1;

/** An open ticket of this agent. */
export interface Ticket {
  readonly rule: Rule;
  /** Slot number over all agents. */
  readonly id: number;
  /** What a lock word holds while this ticket holds the lock. */
  readonly word: number;
  readonly stamp: number;
  /** Locks held. Published (T_HOLDING) only when it begins to wait: until then nobody needs to know. */
  holding: number;
  /** Address of the lock it is registered at as a waiter; 0 = none. */
  waitingAt: number;
  /** How often it was woken for the lock it waits for, and somebody else had it. */
  losses: number;
}

export function ticketAt(memory: Memory, id: number): number {
  return memory.layout.tickets + id * TICKET_WORDS;
}

/** Opens a ticket. Outcomes: the ticket, or ENOSPC if this agent has 16 open. */
export function openTicket(agent: Agent, rule: Rule = 'wait-die'): Ticket {
  const first = agent.index * ticketsPerAgent;
  for (let id = first; id < first + userTickets; id++) {
    if (isTicketOpen(agent, id)) continue;
    return fillTicket(agent, id, rule === 'plain' ? plainStamp : nextStamp(agent.stamps), rule);
  }
  return fail(
    'ENOSPC',
    `This agent has all its tickets (${userTickets}) open. Hint: run fewer transactions at the same time on one thread.`,
    { limit: 'tickets', value: userTickets },
  );
}

/** Whether all tickets of the agent's transactions are open. */
export function areTicketsOpen(agent: Agent): boolean {
  const first = agent.index * ticketsPerAgent;
  for (let id = first; id < first + userTickets; id++) if (!isTicketOpen(agent, id)) return false;
  return true;
}

/**
 * Opens the agent's ticket for what others wait for: who has all the others open may be waiting for that itself. Its age is
 * that of any transaction that begins now. Context: the agent opens it once at a time.
 */
export function openServiceTicket(agent: Agent): Ticket {
  return fillTicket(agent, agent.index * ticketsPerAgent + userTickets, nextStamp(agent.stamps), 'wait-die');
}

/**
 * Opens the agent's ticket for admitting jobs, which only ever tries and never waits. It is younger than any other:
 * whoever meets it waits, and nobody has to give way for the moment that it holds a lock.
 */
export function openAdmissionTicket(agent: Agent): Ticket {
  return fillTicket(agent, (agent.index + 1) * ticketsPerAgent - 1, Number.MAX_SAFE_INTEGER, 'wait-die');
}

function fillTicket(agent: Agent, id: number, stamp: number, rule: Rule): Ticket {
  const at = ticketAt(agent, id);
  const incarnation = ((load(agent.words, at + T_STATE) >>> 1) + 1) & incarnationMask;
  store(agent.words, at + T_STAMP_LO, stamp | 0);
  store(agent.words, at + T_STAMP_HI, Math.floor(stamp / 2 ** 32));
  store(agent.words, at + T_WAITING, 0);
  store(agent.words, at + T_HOLDING, 0);
  store(agent.words, at + T_WOUNDED, 0);
  store(agent.words, at + T_ARRIVAL, 0);
  store(agent.words, at + T_STATE, (incarnation << 1) | 1);
  return { rule, id, word: ticketWord(id, incarnation), stamp, holding: 0, waitingAt: 0, losses: 0 };
}

/** Closes a ticket that holds and waits for nothing. */
export function closeTicket(agent: Agent, ticket: Ticket): void {
  const at = ticketAt(agent, ticket.id);
  store(agent.words, at + T_STATE, load(agent.words, at + T_STATE) & ~1);
}

/** A lock word's owner part: ticket + 1 (12 bits), incarnation (16 bits). Never 0. */
function ticketWord(id: number, incarnation: number): number {
  return (id + 1) | (incarnation << 12);
}

/** The part of a lock word that names its holder. */
export const OWNER_MASK = 0x0fffffff;

export function agentOfTicket(id: number): number {
  return Math.floor(id / ticketsPerAgent);
}

/** Whether a ticket is the one that an agent admits jobs with: what it holds is free again in a moment. */
export function isAdmissionTicket(id: number): boolean {
  return id >= 0 && id % ticketsPerAgent === ticketsPerAgent - 1;
}

/** The ticket that a lock word names; -1 if none. */
export function ticketIdOf(lockWord: number): number {
  return (lockWord & 0xfff) - 1;
}

export function stampOf(memory: Memory, id: number): number {
  const at = ticketAt(memory, id);
  return (load(memory.words, at + T_STAMP_HI) >>> 0) * 2 ** 32 + (load(memory.words, at + T_STAMP_LO) >>> 0);
}

export function holdingOf(memory: Memory, id: number): number {
  return load(memory.words, ticketAt(memory, id) + T_HOLDING);
}

export function waitingOf(memory: Memory, id: number): number {
  return load(memory.words, ticketAt(memory, id) + T_WAITING);
}

export function isTicketOpen(memory: Memory, id: number): boolean {
  return (load(memory.words, ticketAt(memory, id) + T_STATE) & 1) === 1;
}

/** Tickets of a stopped agent wait for nothing and hold nothing. Their locks are repaired by those who know where they are. */
export function repairTickets(agent: Agent, deadIndex: number): void {
  const first = deadIndex * ticketsPerAgent;
  for (let id = first; id < first + ticketsPerAgent; id++) {
    const at = ticketAt(agent, id);
    store(agent.words, at + T_WAITING, 0);
    store(agent.words, at + T_HOLDING, 0);
    store(agent.words, at + T_STATE, load(agent.words, at + T_STATE) & ~1);
  }
}
