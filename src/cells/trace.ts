/**
 * Tracepoints: what happened, noted by the agent that did it into its own ring (trace-ring.ts). Off, a tracepoint is a
 * load and a branch; on, it costs a reading of the clock and little more (docs/tracing.md has the numbers).
 *
 * Not here: what becomes of the events (src/trace/).
 */
import type { Agent } from './memory.ts';
import { note } from './trace-ring.ts';

// What is noted, and what the words of the event mean: subject, generation, point, detail.

/** timeline, generation, seqno: it was promised. */
export const TRACE_ISSUE = 1;
/** timeline, generation, seqno, error number or 0: everything up to it is over. */
export const TRACE_SIGNAL = 2;
/** timeline, generation, seqno, error number: the next signal is that of a failure. */
export const TRACE_FAIL = 3;
/** timeline, generation, -, error number: what was not signalled has failed. */
export const TRACE_CLOSE = 4;
/** timeline, generation, seqno, order of the waiter; 0 for a wait that blocks the thread. */
export const TRACE_WAIT = 5;
export const TRACE_WAIT_OVER = 6;
/** -, -, -, order of the waiter: it gave up. */
export const TRACE_WAIT_LEFT = 7;
/** The thread sleeps. */
export const TRACE_SLEEP = 8;
export const TRACE_WAKE = 9;
/** -, -, -, order of the waiter. */
export const TRACE_CALLBACK = 10;
export const TRACE_CALLBACK_END = 11;
/** Address of the lock, its holder's ticket + 1, -, ticket. */
export const TRACE_CONTENDED = 12;
/** Address of the lock, -, -, ticket. */
export const TRACE_ACQUIRED = 13;
export const TRACE_RELEASED = 14;
/** The same: the ticket has to give back all its locks, for an older one holds this one. */
export const TRACE_BACKED_OFF = 15;
/** The same: it gave up. */
export const TRACE_LOCK_LEFT = 16;
/** Lane, pool + 1, seqno, kernel (-1: done by who submits it). */
export const TRACE_SUBMIT = 17;
/** Lane, pool + 1, seqno, kernel | part << 16. */
export const TRACE_BEGIN = 18;
/** Lane, pool + 1, seqno, error number or 0. */
export const TRACE_END = 19;
// Memory: buffer, its generation with two heaps, size in bytes, start in units of 64 bytes (memory/note.ts).
/** It has memory from now on. */
export const TRACE_PLACED = 20;
/** Its contents are in another block from now on. */
export const TRACE_MOVED = 21;
/** The same, to make room for others. */
export const TRACE_EVICTED = 22;
/** The same, because somebody needs what was swapped out. */
export const TRACE_SWAPPED_IN = 23;
/** Its memory is given back. */
export const TRACE_FREED = 24;
/** A draft takes the place of its contents. */
export const TRACE_PUBLISHED = 25;

/** Notes an event of this agent, if its space is traced. Arguments are to be at hand: they are made even when it is off. */
export function trace(
  agent: Agent,
  kind: number,
  subject: number,
  generation: number,
  point: number,
  detail: number,
): void {
  const { tracer } = agent;
  if (tracer !== undefined) note(agent.words, tracer, kind, subject, generation, point, detail);
}
