/**
 * Whether anybody uses a buffer: what its reservation lists, without what does not count any more.
 *
 * Not here: who asks (the lock of the buffer makes the answer last), and pins (memory/pins.ts).
 */
import { reservationOf } from '../buffer/buffer.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Point } from '../fence/points.ts';
import { pendingPoints, USAGE_BOOKKEEP } from '../reservation/reservation.ts';
import { isWaitingForTurn, jobOfLane, loadPhase, seqnoOfJob } from './job.ts';

/** Whether no work on the buffer is under way or promised, of any usage. Lock or not: without it, the answer is of a moment. */
export function isIdle(agent: Agent, buffer: number): boolean {
  for (const point of pendingPoints(agent, reservationOf(agent, buffer), USAGE_BOOKKEEP)) {
    if (!isReturned(agent, point)) return false;
  }
  return true;
}

/**
 * A point that a dead admitter left behind: its job is back in the queue and takes its place anew, behind us. Waiting
 * for it could close a cycle.
 */
export function isReturned(memory: Memory, point: Point): boolean {
  const job = jobOfLane(memory, point.timeline);
  if (job < 0 || seqnoOfJob(memory, job) !== point.seqno) return false;
  return isWaitingForTurn(loadPhase(memory, job));
}
