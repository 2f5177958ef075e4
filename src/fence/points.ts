/**
 * Fences as values: sets of points, at most one per timeline, and what they say when asked.
 *
 * A value borrows nothing and keeps nothing alive: after its timeline was closed and reused it answers "no longer
 * known". Merging is the point-wise maximum, so nesting cannot exist (design D2).
 *
 * Not here: waiting (watch.ts, wait.ts). Source: dma_fence_get_status, dma_fence_unwrap_merge.
 */

import { codeNumber } from '../base/errors.ts';
import { TL_CLOSE_CODE, TL_EPOCH, TL_LO, TL_ROLES, TL_STATE } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { CLOSED, isLiveOf, stateOf } from '../cells/slot.ts';
import { noLongerKnown, recordedError } from './error-records.ts';
import { isIssuedReached, isReached } from './seqno.ts';
import { closeStamp, recordedStamp } from './time-stamps.ts';
import { isThere, KEEPS_TIMES, timelineAt } from './timeline.ts';

export interface Point {
  readonly timeline: number;
  readonly generation: number;
  readonly seqno: number;
}

/** Sorted by timeline, then generation; no two of the same. */
export type Points = readonly Point[];

export const PENDING = 0;
export const DONE = 1;

const unknown = -codeNumber('EUNKNOWN');

/** Outcomes: PENDING, DONE, or the negative number of the error's code (errors.ts). */
export function pointStatus(memory: Memory, point: Point): number {
  const { words } = memory;
  const at = timelineAt(memory, point.timeline);
  const isOver = isIssuedReached(words, at + TL_LO, at + TL_EPOCH, point.seqno);
  // Read after the number: the slot is still of this generation, as it was when the point was issued, so it was in
  // between; and errors are recorded before their point is signalled, so without the mark it was a success.
  const state = load(words, at + TL_STATE);
  if (!isLiveOf(state, point.generation)) return rareStatus(memory, at, point);
  return isOver ? DONE : PENDING;
}

/** Of a timeline that has errors, is closed, or is gone. */
function rareStatus(memory: Memory, at: number, point: Point): number {
  const { words } = memory;
  if (point.timeline === memory.layout.stubTimeline) return point.generation > 0 ? -point.generation : unknown;
  const state = load(words, at + TL_STATE);
  if (!isThere(state, point.generation)) return unknown;
  if (isReached(words, at + TL_LO, at + TL_EPOCH, point.seqno)) return reachedStatus(memory, at, point);
  // The state was loaded before the number: a timeline closed by then gets no more signals.
  if (stateOf(state) >= CLOSED) return stillOf(memory, at, point, -load(words, at + TL_CLOSE_CODE));
  return stillOf(memory, at, point, PENDING);
}

/** Errors are recorded before their point is signalled, so a state word without the mark, read now, means success. */
function reachedStatus(memory: Memory, at: number, point: Point): number {
  const state = load(memory.words, at + TL_STATE);
  if (!isThere(state, point.generation)) return unknown;
  if (state >= 0) return DONE;
  const error = recordedError(memory.words, at, point.seqno);
  if (error === 0) return stillOf(memory, at, point, DONE);
  return stillOf(memory, at, point, error === noLongerKnown ? unknown : -error);
}

/** What was read belongs to this point only if the slot has not been reused meanwhile. */
function stillOf(memory: Memory, at: number, point: Point, status: number): number {
  const state = load(memory.words, at + TL_STATE);
  return isThere(state, point.generation) ? status : unknown;
}

/** A point that failed from the start, with this number: it needs no slot, and is never forgotten. */
export function failedPoint(memory: Memory, number: number, seqno: number): Point {
  return { timeline: memory.layout.stubTimeline, generation: number, seqno };
}

/** When a point was over, in milliseconds since 1970; undefined while it is pending, or if it was not or is no longer kept. */
export function pointStamp(memory: Memory, point: Point): number | undefined {
  const { words } = memory;
  const at = timelineAt(memory, point.timeline);
  const state = load(words, at + TL_STATE);
  if (!isThere(state, point.generation) || (load(words, at + TL_ROLES) & KEEPS_TIMES) === 0) return undefined;
  let stamp: number | undefined;
  if (isReached(words, at + TL_LO, at + TL_EPOCH, point.seqno)) stamp = recordedStamp(words, at, point.seqno);
  else if (stateOf(state) >= CLOSED) stamp = closeStamp(words, at);
  return isThere(load(words, at + TL_STATE), point.generation) ? stamp : undefined;
}

/** Status of a set: pending while any point is; else the error of the first failed one in order; else done. */
export function pointsStatus(memory: Memory, points: Points): number {
  let failed = DONE;
  for (const point of points) {
    const status = pointStatus(memory, point);
    if (status === PENDING) return PENDING;
    if (status < 0 && failed === DONE) failed = status;
  }
  return failed;
}

/** Index of the first point from `from` on that is pending, or -1. */
export function firstPending(memory: Memory, points: Points, from: number): number {
  for (let index = from; index < points.length; index++) {
    // An index below the length.
    if (pointStatus(memory, points[index] as Point) === PENDING) return index;
  }
  return -1;
}

/** Point-wise maximum of any number of sets. O(n log n) in the number of points. */
export function mergePoints(sets: Iterable<Points>): Points {
  const all: Point[] = [];
  for (const set of sets) for (const point of set) all.push(point);
  if (all.length < 2) return all;
  all.sort(comparePoints);
  const merged: Point[] = [];
  for (const point of all) {
    const last = merged.at(-1);
    // Sorted with the larger number last: it replaces the smaller of the same timeline.
    if (last !== undefined && isSameTimeline(last, point)) merged[merged.length - 1] = point;
    else merged.push(point);
  }
  return merged;
}

/**
 * The same, but a point that has failed already stays beside a later one of its timeline: the lane of a job slot is used
 * by one job after the other, and the success of the later says nothing of the earlier (design D5).
 */
export function mergeWithFailures(memory: Memory, sets: readonly Points[]): Points {
  const merged = mergePoints(sets);
  const kept = [...merged];
  for (const set of sets) for (const point of set) if (pointStatus(memory, point) < 0) kept.push(point);
  if (kept.length === merged.length) return merged;
  kept.sort(comparePoints);
  return kept.filter((point, index) => index === 0 || comparePoints(kept[index - 1] as Point, point) !== 0);
}

export function isSameTimeline(a: Point, b: Point): boolean {
  return a.timeline === b.timeline && a.generation === b.generation;
}

export function comparePoints(a: Point, b: Point): number {
  return a.timeline - b.timeline || a.generation - b.generation || a.seqno - b.seqno;
}
