/**
 * Blocking until a fence is over.
 *
 * A wait that provably nobody can end is an error, not a sleep: the signaller of a pending point is this very agent,
 * which is about to block (design section 5). Source: dma_fence_wait_timeout.
 */
import type { Agent } from '../cells/memory.ts';
import { TRACE_WAIT, TRACE_WAIT_LEFT, TRACE_WAIT_OVER, trace } from '../cells/trace.ts';
import { sleepUntil } from '../cells/wait.ts';
import type { Point, Points } from './points.ts';
import { firstPending, PENDING, pointsStatus } from './points.ts';
import { addInterest, signallerOf } from './timeline.ts';
import { wantPoints } from './wishes.ts';

/** Blocks until no point is pending. Outcomes: true, or false at the deadline (on the clock of cells/clock.ts). */
export function waitPoints(agent: Agent, points: Points, deadline: number): boolean {
  let from = firstPending(agent, points, 0);
  if (from < 0) return true;
  wantPoints(agent, points);
  let traced = traceBlocked(agent, points, from);
  const isOver = sleepUntil(
    agent,
    () => {
      while (from >= 0) {
        // `from` is an index of `points`.
        addInterest(agent, (points[from] as Point).timeline);
        const next = firstPending(agent, points, from);
        if (next === from) return false;
        from = next;
        traced = traceStep(agent, points, traced, next);
      }
      return true;
    },
    deadline,
  );
  if (!isOver) trace(agent, TRACE_WAIT_LEFT, 0, 0, 0, 0);
  return isOver;
}

/** This thread is about to block for the point at `index`. Outcomes: that index. */
export function traceBlocked(agent: Agent, points: Points, index: number): number {
  // Context: an index of `points`.
  const { timeline, generation, seqno } = points[index] as Point;
  trace(agent, TRACE_WAIT, timeline, generation, seqno, 0);
  return index;
}

/** The point at `index` is over, and `next` comes; -1 if none. Outcomes: `next`. */
export function traceStep(agent: Agent, points: Points, index: number, next: number): number {
  const { timeline, generation, seqno } = points[index] as Point;
  trace(agent, TRACE_WAIT_OVER, timeline, generation, seqno, 0);
  return next < 0 ? next : traceBlocked(agent, points, next);
}

/** Whether a pending point can only be signalled by this agent: blocking for it would never end. */
export function isOwedByMe(agent: Agent, points: Points): boolean {
  for (const point of points) {
    if (signallerOf(agent, point.timeline) === agent.index && pointsStatus(agent, [point]) === PENDING) return true;
  }
  return false;
}
