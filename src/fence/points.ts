/**
 * Fences as values: sets of points, and what they say when asked.
 *
 * A value borrows nothing and keeps nothing alive: after its timeline was closed and reused it answers "no longer
 * known". Merging is flat, so nesting cannot exist (design D2). It is the point-wise maximum where all goes well; but that
 * the last point of a timeline was a success says nothing of an earlier one, so one that may still fail stays beside it.
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

/** Sorted by timeline, generation and number; no two of the same. */
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

/** How many points of one timeline that were pending a merge keeps below its last one. */
export const pendingKept = 64;

/**
 * Merges sets: of each timeline the last point, and of those below it what may still say that something failed (design D5):
 * what has failed, and the last `pendingKept` of what is pending. O(n log n) in the number of points.
 */
export function mergePoints(memory: Memory, sets: Iterable<Points>): Points {
  const all: Point[] = [];
  for (const set of sets) for (const point of set) all.push(point);
  if (all.length < 2) return all;
  all.sort(comparePoints);
  const kept: Point[] = [];
  let pending = 0;
  for (let index = all.length - 1; index >= 0; index--) {
    // An index below the length.
    const point = all[index] as Point;
    const above = kept.at(-1);
    if (above === undefined || !isSameTimeline(above, point)) {
      pending = 0;
      kept.push(point);
    } else if (above.seqno !== point.seqno) {
      const status = pointStatus(memory, point);
      if (status < 0 || (status === PENDING && pending++ < pendingKept)) kept.push(point);
    }
  }
  return kept.reverse();
}

/** Whether the point at `index` is the last of its timeline: no other of it is told of, or asked for. */
export function isLastOfItsTimeline(points: Points, index: number): boolean {
  const [point, next] = [points[index], points[index + 1]];
  return point === undefined || next === undefined || !isSameTimeline(point, next);
}

export function isSameTimeline(a: Point, b: Point): boolean {
  return a.timeline === b.timeline && a.generation === b.generation;
}

export function comparePoints(a: Point, b: Point): number {
  return a.timeline - b.timeline || a.generation - b.generation || a.seqno - b.seqno;
}
