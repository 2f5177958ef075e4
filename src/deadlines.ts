/**
 * Deadlines of fences, in milliseconds since 1970, on their way to those who signal.
 *
 * A timeline of this thread is told at once and exactly; that of another thread through its slot (fence/wishes.ts), in whole
 * milliseconds since the space began, rounded down. Not here: what the signaller does about it.
 */
import { reportUncaught } from './cells/task.ts';
import type { Core } from './core.ts';
import { isLastOfItsTimeline, PENDING, type Point, type Points, pointStatus } from './fence/points.ts';
import { dueMax, hintPoint, ownWishes } from './fence/wishes.ts';

/** Tells whoever signals the pending points. Jobs have no deadline: nobody is told. */
export function hintDeadline(core: Core, points: Points, atMs: number): void {
  for (const [index, point] of points.entries()) {
    if (point.timeline >= core.agent.layout.limits.timelines || !isLastOfItsTimeline(points, index)) continue;
    if (pointStatus(core.agent, point) === PENDING) hintOne(core, point, atMs);
  }
}

function hintOne(core: Core, point: Point, atMs: number): void {
  const own = ownWishes(core.agent, point);
  if (own === undefined) {
    hintPoint(core.agent, point, Math.min(Math.max(Math.floor(atMs - core.data.createdAt), 0), dueMax));
    return;
  }
  try {
    own.hooks.onDeadline?.(atMs, point.seqno);
  } catch (error) {
    // As from the loop: whoever hints is not who is told.
    reportUncaught(error);
  }
}
