/**
 * Points of foreign work in a reservation: added by the rule of Linux, so that a list reads as it would there.
 *
 * Jobs append, and what is over goes when their list has doubled (reservation.ts). A foreign point takes the place of the
 * first entry that is over, or that is of the same timeline, not later, and at a usage not stronger; else it is appended.
 * So an entry that is over is listed until it is replaced, or until the list has grown beyond its room: then all that is
 * over goes. The next list is computed from the one in force and put in force in one store: all points or none, also if
 * the writer dies. That copies the list, which is why jobs do not do it.
 *
 * Source: drivers/dma-buf/dma-resv.c, dma_resv_reserve_fences, dma_resv_add_fence. Ours ends at 64 points.
 * Not here: which points, and what keeps their timelines (added-points.ts).
 */
import { R_ROOM } from '../base/layout.ts';
import { pointsPerReservation } from '../base/limits.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Points } from '../fence/points.ts';
import { isSameTimeline } from '../fence/points.ts';
import type { UsedPoint } from './reservation.ts';
import { isListedPending, listedPoints, replaceListLocked } from './reservation.ts';

/** Linux allocates a header and the entries together, and uses what the allocator's size class leaves over. */
const headerBytes = 24;
const entryBytes = 8;
const sizeClasses: readonly number[] = [64, 96, 128, 192, 256, 512];
const roomLeast = 4;

/**
 * Adds points of foreign work, in order. Context: the lock is held.
 * Outcomes: true, and they are in force; false if more than 64 would be listed that are not over: nothing changed.
 */
export function addForeignLocked(agent: Agent, at: number, points: Points, usage: number): boolean {
  const room = load(agent.words, at + R_ROOM);
  const list = listedPoints(agent, at);
  const isGrown = list.length + points.length > room;
  const next = withPoints(agent, isGrown ? pendingOf(agent, list) : list, points, usage);
  // Rooms beyond the end of the list are not kept: there everything that is over has to go.
  const fitting = next.length > pointsPerReservation ? pendingOf(agent, next) : next;
  if (fitting.length > pointsPerReservation) return false;
  if (isGrown) store(agent.words, at + R_ROOM, grownRoom(room, list.length + points.length));
  replaceListLocked(agent, at, fitting);
  return true;
}

function withPoints(memory: Memory, list: readonly UsedPoint[], points: Points, usage: number): UsedPoint[] {
  const next = [...list];
  for (const { timeline, generation, seqno } of points) {
    const point = { timeline, generation, seqno, usage };
    next[placeOf(memory, next, point)] = point;
  }
  return next;
}

/** The first entry that the point may replace, or the end of the list. */
function placeOf(memory: Memory, list: readonly UsedPoint[], point: UsedPoint): number {
  for (let index = 0; index < list.length; index++) {
    // An index below the length.
    const listed = list[index] as UsedPoint;
    // Promoted, never degraded: a stronger use of the timeline stays beside a weaker one that is later.
    if (isSameTimeline(listed, point) && listed.usage >= point.usage && listed.seqno <= point.seqno) return index;
    if (!isListedPending(memory, listed)) return index;
  }
  return list.length;
}

function pendingOf(memory: Memory, list: readonly UsedPoint[]): UsedPoint[] {
  const pending: UsedPoint[] = [];
  for (const point of list) if (isListedPending(memory, point)) pending.push(point);
  return pending;
}

function grownRoom(room: number, needed: number): number {
  const asked = room === 0 ? Math.max(roomLeast, 2 ** Math.ceil(Math.log2(needed))) : Math.max(needed, room * 2);
  const bytes = headerBytes + asked * entryBytes;
  const given = sizeClasses.find((size) => size >= bytes) ?? bytes;
  return Math.min(pointsPerReservation, Math.floor((given - headerBytes) / entryBytes));
}
