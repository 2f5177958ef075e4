/**
 * Reservations: the fences of a buffer's users, by usage (Linux: dma_resv).
 *
 * Words: a sequence number, and two banks of entries. The bank in force is seq & 1; entries below its count never change
 * while it is in force. The holder of the buffer's ww lock writes:
 *   append:  fill the entry after the last one, then store the count;
 *   compact: fill the other bank with what is still pending and store its count, then store seq + 1;
 *   replace: the same with any other list.
 * Each is one commit store, so a writer that dies inside needs no repair: the old list stands. Readers take no lock:
 * read seq, the count, the entries, and seq again; unchanged, what they read was in force.
 *
 * Invariant: an entry is added before the work it stands for may begin, and dropped only when its point is over, or when
 * a later point of its timeline takes its place at a usage as strong.
 * Not here: who may add what (schedule, Transaction), points of others (foreign-points.ts), and the lock. Source:
 * drivers/dma-buf/dma-resv.c. Linux reserves slots first; here `reserveLocked` says before the point of no return whether
 * there is room.
 */
import { ENTRY_WORDS, R_BANKS, R_COUNT, R_ROOM, R_SEQ } from '../base/layout.ts';
import { pointsPerReservation } from '../base/limits.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Leaf } from '../fence/chain.ts';
import { leafStatus, stubTimeline } from '../fence/chain.ts';
import type { Point } from '../fence/points.ts';
import { PENDING } from '../fence/points.ts';

/** Usages, strongest first: a query at one of them returns it and all before it. */
export const USAGE_MOVE = 0;
export const USAGE_WRITE = 1;
export const USAGE_READ = 2;
export const USAGE_BOOKKEEP = 3;

const timelineMask = 0xfffff;
/** A bank is compacted when this many entries are in it, and again whenever it has doubled: O(1) per entry. */
const compactFrom = 8;

/** What a new access must wait for: a reader for writers, a writer for readers too. */
export function usageBefore(isWrite: boolean): number {
  return isWrite ? USAGE_READ : USAGE_WRITE;
}

/** A leaf (fence/chain.ts) and what it stands for. */
export interface UsedPoint extends Leaf {
  readonly usage: number;
}

/**
 * Collects the pending points of usage <= `usage`. Lock or not. Outcomes: false if the list changed while it was read
 * (never under the lock); then `into` holds what to throw away.
 */
export function collectPending(memory: Memory, at: number, usage: number, into: UsedPoint[]): boolean {
  const { words } = memory;
  const seq = load(words, at + R_SEQ);
  const bank = bankAt(at, seq);
  const count = load(words, countAt(at, seq));
  for (let index = 0; index < count; index++) {
    const point = entryOf(memory, bank + index * ENTRY_WORDS);
    if (point.usage <= usage && isListedPending(memory, point)) into.push(point);
  }
  return load(words, at + R_SEQ) === seq;
}

/** The pending points of usage <= `usage`, without the lock. */
export function pendingPoints(memory: Memory, at: number, usage: number): UsedPoint[] {
  for (;;) {
    const points: UsedPoint[] = [];
    if (collectPending(memory, at, usage, points)) return points;
  }
}

/** Whether a listed point is pending; a stub is not. */
export function isListedPending(memory: Memory, point: UsedPoint): boolean {
  return leafStatus(memory, point) === PENDING;
}

/** What is listed, in order, over or not. Lock or not. */
export function listedPoints(memory: Memory, at: number): UsedPoint[] {
  const { words } = memory;
  for (;;) {
    const points: UsedPoint[] = [];
    const seq = load(words, at + R_SEQ);
    const bank = bankAt(at, seq);
    const count = load(words, countAt(at, seq));
    for (let index = 0; index < count; index++) points.push(entryOf(memory, bank + index * ENTRY_WORDS));
    if (load(words, at + R_SEQ) === seq) return points;
  }
}

/**
 * Makes room for `count` more points by dropping what is over. Context: the lock is held.
 * Outcomes: true, or false if more than 64 would be pending; then nothing that is in force changed.
 */
export function reserveLocked(agent: Agent, at: number, count: number): boolean {
  const used = load(agent.words, countAt(at, load(agent.words, at + R_SEQ)));
  const isGrown = used >= compactFrom && (used & (used - 1)) === 0;
  if (used + count <= pointsPerReservation && !isGrown) return true;
  return compactLocked(agent, at) + count <= pointsPerReservation;
}

/** Adds a point that was reserved. Context: the lock is held; cannot fail, and the point is in force at once. */
export function addPointLocked(agent: Agent, at: number, point: Point, usage: number): void {
  const { words } = agent;
  const seq = load(words, at + R_SEQ);
  const count = load(words, countAt(at, seq));
  writeEntry(agent, bankAt(at, seq) + count * ENTRY_WORDS, point, usage);
  store(words, countAt(at, seq), count + 1);
}

/** Puts another list in force, in one store. Context: the lock is held; at most 64 points, all pending ones among them. */
export function replaceListLocked(agent: Agent, at: number, points: readonly UsedPoint[]): void {
  const seq = load(agent.words, at + R_SEQ);
  const bank = bankAt(at, seq + 1);
  for (let index = 0; index < points.length; index++) {
    // An index below the length.
    const point = points[index] as UsedPoint;
    writeEntry(agent, bank + index * ENTRY_WORDS, point, point.usage);
  }
  putOtherInForce(agent, at, seq, points.length);
}

/** Takes up an empty list. Context: the slot is the caller's alone. */
export function clearReservation(agent: Agent, at: number): void {
  store(agent.words, at + R_SEQ, 0);
  store(agent.words, at + R_COUNT, 0);
  store(agent.words, at + R_COUNT + 1, 0);
  store(agent.words, at + R_ROOM, 0);
}

/** Outcomes: how many points are still pending. */
function compactLocked(agent: Agent, at: number): number {
  const { words } = agent;
  const seq = load(words, at + R_SEQ);
  const from = bankAt(at, seq);
  const to = bankAt(at, seq + 1);
  const count = load(words, countAt(at, seq));
  let kept = 0;
  for (let index = 0; index < count; index++) {
    const point = entryOf(agent, from + index * ENTRY_WORDS);
    if (!isListedPending(agent, point)) continue;
    writeEntry(agent, to + kept * ENTRY_WORDS, point, point.usage);
    kept++;
  }
  putOtherInForce(agent, at, seq, kept);
  return kept;
}

/** The bank that is not in force has `count` entries: from here on it is. */
function putOtherInForce(agent: Agent, at: number, seq: number, count: number): void {
  store(agent.words, countAt(at, seq + 1), count);
  store(agent.words, at + R_SEQ, (seq + 1) | 0);
}

function bankAt(at: number, seq: number): number {
  return at + R_BANKS + (seq & 1) * pointsPerReservation * ENTRY_WORDS;
}

function countAt(at: number, seq: number): number {
  return at + R_COUNT + (seq & 1);
}

function writeEntry(agent: Agent, entry: number, point: Point, usage: number): void {
  const { words } = agent;
  store(words, entry, (point.timeline & timelineMask) | (usage << 28));
  store(words, entry + 1, point.generation);
  store(words, entry + 2, point.seqno | 0);
  store(words, entry + 3, Math.floor(point.seqno / 2 ** 32));
}

/** May be torn if the list is no longer in force: an index out of the table is then possible, so it is clamped. */
function entryOf(memory: Memory, entry: number): UsedPoint {
  const { words } = memory;
  const first = load(words, entry);
  return {
    timeline: timelineOf(memory, first & timelineMask),
    usage: (first >>> 28) & 3,
    generation: load(words, entry + 1),
    seqno: (load(words, entry + 3) >>> 0) * 2 ** 32 + (load(words, entry + 2) >>> 0),
  };
}

function timelineOf(memory: Memory, stored: number): number {
  if (stored < memory.layout.timelineCount) return stored;
  return stored === timelineMask ? stubTimeline : 0;
}
