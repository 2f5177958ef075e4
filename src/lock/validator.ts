/**
 * The lock validator: learns in which order locks are taken, by class, and reports what can deadlock before it does.
 *
 * Each agent keeps what it holds (cells/lock-record.ts); what any of them learns is in one graph (lock-graph.ts). Two
 * locks that one ticket with an age holds make a nested edge; what a ticket without an age holds, what another ticket
 * of a thread that is about to block holds, and sections make strong ones. A lock that was only tried gets no edge
 * towards it. Three classes are not locks: `reservation` stands for all buffers; who waits for a fence takes `fence`, and
 * who is on the way to a signal holds it; who allocates takes `reclaim`, and who makes room holds it.
 *
 * Checks come before the step that may wait: a report is there also if it does deadlock. They go on after a report.
 * Source: kernel/locking/lockdep.c; drivers/dma-buf/dma-resv.c, dma_resv_lockdep (the documented order). Linux stops at the
 * first report, gives every ww class a class of acquire contexts, and does not report a wait inside a signalling section.
 * Not here: read locks and interrupts, which this library does not have.
 */
import { H_OBSERVES, L_CLASS } from '../base/layout.ts';
import { ticketsPerAgent } from '../base/limits.ts';
import { load, store } from '../cells/cell.ts';
import type { Finding, FindingKind, HeldLock, LockRecord } from '../cells/lock-record.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { describeCycle, describeRefusal } from './finding.ts';
import {
  className,
  classNumber,
  edgeIndex,
  edgesOf,
  learnEdge,
  NESTED,
  ownClassNumber,
  placeNumber,
  primeEdge,
  STRONG,
  wayBack,
} from './lock-graph.ts';
import { agentOfTicket, type Ticket } from './ticket.ts';
import { holderOf } from './ww-lock.ts';

/** Classes that every graph begins with. */
export const RESERVATION = 0;
export const RECLAIM = 1;
export const FENCE = 2;

/** Sections: on the way to a signal; making room in memory; nothing that waits; allocating without making room. */
export const SIGNALLING = 0;
export const RECLAIMING = 1;
export const ATOMIC = 2;
export const NO_RECLAIM = 3;

const ownClasses = ['reservation', 'reclaim', 'fence'] as const;

/** The first classes, and the documented order: reservation, then memory, then fences. Context: nobody else is there yet. */
export function primeValidator(memory: Memory, isObserving: boolean = false): void {
  if (memory.layout.limits.lockClasses === 0) return;
  store(memory.words, H_OBSERVES, isObserving ? 1 : 0);
  for (const name of ownClasses) ownClassNumber(memory, name);
  primeEdge(memory, RESERVATION, RECLAIM);
  primeEdge(memory, RESERVATION, FENCE);
  primeEdge(memory, RECLAIM, FENCE);
}

/** An order as a table: who holds the first may take the second. */
export type LockOrder = readonly (readonly [holds: string, takes: string])[];

/** What all agents have learnt by now, but for what the documented order and tickets with an age allow anyway. */
export function orderOf(memory: Memory): LockOrder {
  const order: (readonly [string, string])[] = [];
  for (const { kind, from, to } of edgesOf(memory)) {
    const isDocumented = from < ownClasses.length && to < ownClasses.length;
    if (kind === STRONG && !isDocumented) order.push([className(memory, from), className(memory, to)]);
  }
  return order;
}

/**
 * Takes a table as documented. Context: nobody else is there yet. Outcomes: undefined; the classes of the first cycle that it
 * has; or the one name that has no room.
 */
export function primeOrder(memory: Memory, order: LockOrder): readonly string[] | undefined {
  for (const [holds, takes] of order) {
    const from = numberInTable(memory, holds);
    const to = numberInTable(memory, takes);
    if (from < 0 || to < 0) return [from < 0 ? holds : takes];
    primeEdge(memory, from, to);
    const edge = { kind: STRONG, from, to };
    const rest = wayBack(memory, edge);
    if (rest !== undefined) return describeCycle(memory, [edge, ...rest], '').cycle;
  }
  return undefined;
}

/** In a table the classes that are no locks go by their names. */
function numberInTable(memory: Memory, name: string): number {
  const known = (ownClasses as readonly string[]).indexOf(name);
  return known < 0 ? classNumber(memory, name) : known;
}

/** This agent's part. Outcomes: undefined if the space has no validator. */
export function openRecord(
  memory: Memory,
  where: () => string,
  report: (finding: Finding) => void,
): LockRecord | undefined {
  const { lockClasses } = memory.layout.limits;
  if (lockClasses === 0) return undefined;
  return {
    held: [],
    known: new Uint8Array(2 * lockClasses * lockClasses),
    takenAt: new Uint16Array(lockClasses),
    said: new Set(),
    depth: [0, 0, 0, 0],
    isReporting: false,
    isObserving: load(memory.words, H_OBSERVES) === 1,
    where,
    report,
  };
}

/** What `L_CLASS` of a new lock is to be. */
export function classWord(agent: Agent, name: string): number {
  const { validator } = agent;
  if (validator === undefined) return 0;
  const lockClass = classNumber(agent, name);
  if (lockClass < 0) refuse(agent, validator, 'classes', `All lock classes are in use, and '${name}' is not checked.`);
  return lockClass < 0 ? -1 : lockClass + 1;
}

/** The ticket is about to take the lock, and may have to wait. `blocks`: it would block the thread. */
export function beforeLock(agent: Agent, lockAt: number, ticket: Ticket, blocks: boolean): void {
  const { validator } = agent;
  if (validator === undefined || validator.isReporting) return;
  const lockClass = classOf(agent, lockAt);
  if (lockClass < 0) return;
  if ((validator.depth[ATOMIC] as number) > 0) refuseIn(agent, validator, 'atomic', lockClass);
  if ((validator.depth[RECLAIMING] as number) > 0) refuseIn(agent, validator, 'reclaim', lockClass);
  const isAged = ticket.rule !== 'plain';
  const { held } = validator;
  for (let at = 0; at < held.length; at++) {
    const one = held[at] as HeldLock;
    const isOwn = one.ticket === ticket.id;
    if (isOwn && isAged) {
      // Several locks of one class under one ticket are what tickets are for.
      if (one.lockClass !== lockClass) meet(agent, validator, NESTED, one, lockClass, ticket.id, lockAt);
    } else if (isOwn || blocks || one.ticket < 0) {
      meet(agent, validator, STRONG, one, lockClass, ticket.id, lockAt);
    }
  }
}

/** The ticket has the lock. */
export function noteHeld(agent: Agent, lockAt: number, ticket: Ticket): void {
  const { validator } = agent;
  if (validator === undefined) return;
  const lockClass = classOf(agent, lockAt);
  validator.held.push({ lockAt, lockClass, ticket: ticket.id });
  noteTaken(agent, validator, lockClass);
}

/** The lock is about to be given back. */
export function noteGivenBack(agent: Agent, lockAt: number): void {
  const { validator } = agent;
  if (validator === undefined) return;
  const { held } = validator;
  for (let at = held.length - 1; at >= 0; at--) {
    if ((held[at] as HeldLock).lockAt !== lockAt) continue;
    if (at === held.length - 1) held.pop();
    else held.splice(at, 1);
    return;
  }
}

/** Somebody may wait for a fence or a sync object. `ticket`: whose locks are held meanwhile, or -1; of all if it blocks the thread. */
export function beforeWait(agent: Agent, ticket: number, blocks: boolean): void {
  const { validator } = agent;
  if (validator === undefined || validator.isReporting) return;
  if ((validator.depth[ATOMIC] as number) > 0) refuseIn(agent, validator, 'atomic', FENCE);
  if ((validator.depth[SIGNALLING] as number) > 0) refuseIn(agent, validator, 'signalling', FENCE);
  take(agent, validator, FENCE, ticket, blocks);
}

/** Somebody may allocate memory, and room may have to be made for it. */
export function beforeAllocation(agent: Agent, ticket: number, blocks: boolean): void {
  const { validator } = agent;
  if (validator === undefined || validator.isReporting || (validator.depth[NO_RECLAIM] as number) > 0) return;
  if ((validator.depth[ATOMIC] as number) > 0) refuseIn(agent, validator, 'atomic', RECLAIM);
  take(agent, validator, RECLAIM, ticket, blocks);
}

/** What runs from here is of that kind, until `leaveSection`. */
export function enterSection(agent: Agent, kind: number): void {
  const { validator } = agent;
  if (validator === undefined) return;
  if (kind === RECLAIMING) beforeAllocation(agent, -1, true);
  validator.depth[kind] = (validator.depth[kind] as number) + 1;
  const lockClass = classOfSection(kind);
  if (lockClass < 0) return;
  validator.held.push({ lockAt: -1 - kind, lockClass, ticket: -1 });
  noteTaken(agent, validator, lockClass);
}

export function leaveSection(agent: Agent, kind: number): void {
  const { validator } = agent;
  if (validator === undefined) return;
  validator.depth[kind] = (validator.depth[kind] as number) - 1;
  if (classOfSection(kind) >= 0) noteGivenBack(agent, -1 - kind);
}

function classOfSection(kind: number): number {
  if (kind === SIGNALLING) return FENCE;
  return kind === RECLAIMING ? RECLAIM : -1;
}

/** A class that is no lock is taken, for a moment. */
function take(agent: Agent, validator: LockRecord, lockClass: number, ticket: number, blocks: boolean): void {
  const { held } = validator;
  for (let at = 0; at < held.length; at++) {
    const one = held[at] as HeldLock;
    // A wait inside a signalling section was reported as such.
    if (one.lockClass === FENCE && lockClass === FENCE) continue;
    if (one.ticket === ticket || one.ticket < 0 || blocks) meet(agent, validator, STRONG, one, lockClass, ticket, -1);
  }
}

function classOf(agent: Agent, lockAt: number): number {
  const word = load(agent.words, lockAt + L_CLASS);
  return word === 0 ? RESERVATION : word < 0 ? -1 : word - 1;
}

function noteTaken(agent: Agent, validator: LockRecord, lockClass: number): void {
  if (lockClass < 0 || validator.takenAt[lockClass] !== 0) return;
  // A place that is unknown is not asked for again.
  validator.takenAt[lockClass] = placeNumber(agent, validator.where()) || unknownPlace;
}

const unknownPlace = 0x7fff;

/** This agent holds one class and takes another (`lockAt`: -1 if that is no lock): all learn it, and it looks whether that closes a cycle. */
function meet(
  agent: Agent,
  validator: LockRecord,
  kind: number,
  one: HeldLock,
  lockClass: number,
  ticket: number,
  lockAt: number,
): void {
  if (one.lockClass < 0) return;
  const index = edgeIndex(agent, kind, one.lockClass, lockClass);
  if (validator.known[index] === 1) return;
  validator.known[index] = 1;
  const edge = { kind, from: one.lockClass, to: lockClass };
  const firstAt = validator.takenAt[one.lockClass] as number;
  const takenAt = firstAt === unknownPlace ? 0 : firstAt;
  const waitsAt = placeNumber(agent, validator.where());
  learnEdge(agent, edge, ticket < 0 ? one.ticket : ticket, takenAt, waitsAt);
  const rest = wayBack(agent, edge);
  if (rest !== undefined)
    say(validator, describeCycle(agent, [edge, ...rest], lockAt < 0 ? '' : holderName(agent, lockAt)));
}

function refuseIn(agent: Agent, validator: LockRecord, kind: FindingKind, lockClass: number): void {
  refuse(agent, validator, kind, describeRefusal(agent, kind, lockClass, validator.where()));
}

function refuse(agent: Agent, validator: LockRecord, kind: FindingKind, message: string): void {
  const text = `${message} It was thread ${agent.index}.`;
  if (validator.said.has(text)) return;
  validator.said.add(text);
  say(validator, { kind, message: text, heldBy: '', cycle: [], parties: [] });
}

function holderName(agent: Agent, lockAt: number): string {
  const holder = holderOf(agent, lockAt);
  return holder < 0 ? '' : `ticket ${holder % ticketsPerAgent} of thread ${agentOfTicket(holder)}`;
}

function say(validator: LockRecord, finding: Finding): void {
  if (validator.isObserving) return;
  validator.isReporting = true;
  try {
    validator.report(finding);
  } finally {
    validator.isReporting = false;
  }
}
