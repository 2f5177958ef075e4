/**
 * Foreign points that this thread added to reservations: their timelines stay known while they are listed (design D2).
 *
 * A pending point needs no hold: its timeline is not closed, and only closed ones are freed. The hold is for what comes
 * after, so that a point that is over is listed with how it ended. It is given back when the point is listed no more, as
 * noticed at the next addition; or when this thread drops the buffer and the point is over. A thread that stops drops its
 * holds: others then may read that the outcome is no longer known, and never that it was another.
 */
import { disposeKey } from './base/dispose.ts';
import { fail } from './base/errors.ts';
import { pointsPerReservation } from './base/limits.ts';
import { reservationOf } from './buffer/buffer.ts';
import type { Core } from './core.ts';
import type { Point, Points } from './fence/points.ts';
import { firstPending, isSameTimeline } from './fence/points.ts';
import { watchPoints } from './fence/watch.ts';
import { addForeignLocked } from './reservation/foreign-points.ts';
import { listedPoints } from './reservation/reservation.ts';
import { isReturned } from './schedule/idle.ts';
import type { BufferParts } from './shared-buffer.ts';
import { holdPoints } from './sync-holds.ts';

interface Kept {
  /** The last one that was added of its timeline. */
  point: Point;
  readonly hold: Disposable;
}

/** By buffer. */
const added: WeakMap<Core, Map<number, Kept[]>> = new WeakMap();

/**
 * Whether one of the points is of a job that has not got its locks and memory yet: nobody has promised it, so nobody may
 * wait for it (contract C6).
 */
export function isQueuedYet(core: Core, points: Points): boolean {
  return points.some((point) => isReturned(core.agent, point));
}

/**
 * Adds points of foreign work to a buffer of this thread, all in one step. Context: its lock is held.
 * Outcomes: nothing; EBUSY if one is of a job that is still queued; ENOSPC if more than 64 points would be pending. A refused
 * call changes nothing.
 */
export function addForeign(core: Core, { buffer, label }: BufferParts, points: Points, usage: number): void {
  if (isQueuedYet(core, points)) {
    const sentence = `A job that is to be added to buffer '${label}' waits for its turn itself: it is promised once it has its`;
    fail('EBUSY', `${sentence} locks and memory. Hint: await importFileAsync().`, { by: 'a queued job' });
  }
  if (addForeignLocked(core.agent, reservationOf(core.agent, buffer), points, usage)) {
    keepAdded(core, buffer, points);
    return;
  }
  fail(
    'ENOSPC',
    `The reservation of buffer '${label}' has no room for ${points.length} more points (limit ${pointsPerReservation}).`,
    { limit: 'pointsPerReservation', value: pointsPerReservation },
  );
}

/** This thread has dropped its last reference to the buffer. */
export function dropAdded(core: Core, buffer: number): void {
  const byBuffer = added.get(core);
  const kept = byBuffer?.get(buffer);
  if (byBuffer === undefined || kept === undefined) return;
  byBuffer.delete(buffer);
  for (const { point, hold } of kept) {
    if (firstPending(core.agent, [point], 0) < 0) hold[disposeKey]();
    else watchPoints(core.agent, [point], () => hold[disposeKey]());
  }
}

/** Holds the timelines of points that were added to a buffer of this thread, and looks at the others of that buffer again. */
function keepAdded(core: Core, buffer: number, points: Points): void {
  let byBuffer = added.get(core);
  if (byBuffer === undefined) {
    byBuffer = new Map();
    added.set(core, byBuffer);
  }
  const kept = byBuffer.get(buffer) ?? [];
  for (const point of points) keep(core, kept, point);
  const listed = listedPoints(core.agent, reservationOf(core.agent, buffer));
  const needed: Kept[] = [];
  for (const one of kept) {
    if (listed.some((point) => isSameTimeline(point, one.point))) needed.push(one);
    else one.hold[disposeKey]();
  }
  byBuffer.set(buffer, needed);
}

function keep(core: Core, kept: Kept[], { timeline, generation, seqno }: Point): void {
  // Timelines of job slots are never freed, and what was over from the start has none.
  if (timeline < 0 || timeline >= core.agent.layout.limits.timelines) return;
  const point = { timeline, generation, seqno };
  const known = kept.find((one) => isSameTimeline(one.point, point));
  if (known === undefined) kept.push({ point, hold: holdPoints(core, [point]) });
  else if (known.point.seqno < seqno) known.point = point;
}
