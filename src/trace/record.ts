/** One event of a trace, as it is published: in words, and with the time of this thread's clock. */
import type { Code } from '../base/errors.ts';
import { codeFromNumber } from '../base/errors.ts';
import * as kinds from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';
import type { Labels } from './labels.ts';

/** What is traced. */
export type TracePoint = 'issue' | 'signal' | 'wait' | 'callback' | 'lock' | 'job' | 'memory';

export interface TraceRecord {
  readonly point: TracePoint;
  /**
   * issue: 'issue'. signal: 'fail' (the signal that follows is of a failure), 'signal', 'close'. wait: 'begin', 'over', 'left' (it
   * gave up), 'sleep' and 'wake' of a thread that blocks. callback: 'begin', 'end'. lock: 'contended', 'acquired', 'released',
   * 'backed off' (its transaction starts over), 'left'. job: 'submit', 'begin', 'end'. memory: 'placed', 'moved', 'evicted',
   * 'swapped in', 'freed', 'published' (a draft took the place of the contents).
   */
  readonly what: string;
  /** Number of the agent that did it. */
  readonly agent: number;
  /** On the clock of this thread's `performance.now()`; below 0 if that was before it began. */
  readonly atMs: number;
  /** What it was done to: a timeline with its point, a job, a buffer; '' for a callback and a sleep. */
  readonly subject: string;
  /** Number of the timeline and of its point, where it has one; jobs have timelines of their own. */
  readonly timeline: number | undefined;
  readonly seqno: number | undefined;
  /** Of a failure. */
  readonly error: Code | undefined;
  /** Tells waits and their callbacks apart; 0 for a wait that blocks the thread. Of a lock, the ticket; of a job, its part. */
  readonly id: number;
}

type Named = 'point' | 'job' | 'lock' | 'buffer' | 'none';

/** By kind: the point, what happened, and how the subject is named. */
const meanings: readonly (readonly [kind: number, point: TracePoint, what: string, named: Named])[] = [
  [kinds.TRACE_ISSUE, 'issue', 'issue', 'point'],
  [kinds.TRACE_SIGNAL, 'signal', 'signal', 'point'],
  [kinds.TRACE_FAIL, 'signal', 'fail', 'point'],
  [kinds.TRACE_CLOSE, 'signal', 'close', 'point'],
  [kinds.TRACE_WAIT, 'wait', 'begin', 'point'],
  [kinds.TRACE_WAIT_OVER, 'wait', 'over', 'point'],
  [kinds.TRACE_WAIT_LEFT, 'wait', 'left', 'none'],
  [kinds.TRACE_SLEEP, 'wait', 'sleep', 'none'],
  [kinds.TRACE_WAKE, 'wait', 'wake', 'none'],
  [kinds.TRACE_CALLBACK, 'callback', 'begin', 'none'],
  [kinds.TRACE_CALLBACK_END, 'callback', 'end', 'none'],
  [kinds.TRACE_CONTENDED, 'lock', 'contended', 'lock'],
  [kinds.TRACE_ACQUIRED, 'lock', 'acquired', 'lock'],
  [kinds.TRACE_RELEASED, 'lock', 'released', 'lock'],
  [kinds.TRACE_BACKED_OFF, 'lock', 'backed off', 'lock'],
  [kinds.TRACE_LOCK_LEFT, 'lock', 'left', 'lock'],
  [kinds.TRACE_SUBMIT, 'job', 'submit', 'job'],
  [kinds.TRACE_BEGIN, 'job', 'begin', 'job'],
  [kinds.TRACE_END, 'job', 'end', 'job'],
  [kinds.TRACE_PLACED, 'memory', 'placed', 'buffer'],
  [kinds.TRACE_MOVED, 'memory', 'moved', 'buffer'],
  [kinds.TRACE_EVICTED, 'memory', 'evicted', 'buffer'],
  [kinds.TRACE_SWAPPED_IN, 'memory', 'swapped in', 'buffer'],
  [kinds.TRACE_FREED, 'memory', 'freed', 'buffer'],
  [kinds.TRACE_PUBLISHED, 'memory', 'published', 'buffer'],
];
const byKind = new Map(meanings.map(([kind, ...rest]) => [kind, rest] as const));
const withError: ReadonlySet<number> = new Set([
  kinds.TRACE_SIGNAL,
  kinds.TRACE_FAIL,
  kinds.TRACE_CLOSE,
  kinds.TRACE_END,
]);

/** Outcomes: the record, or undefined for a kind that this copy of the library does not know. */
export function toRecord(core: Core, labels: Labels, event: TraceEvent): TraceRecord | undefined {
  const meaning = byKind.get(event.kind);
  if (meaning === undefined) return undefined;
  const [point, what, named] = meaning;
  const isPoint = named === 'point' || named === 'job';
  return {
    point,
    what,
    agent: event.agent,
    atMs: event.atNs / 1e6 + core.agent.traceOrigin,
    subject: subjectOf(labels, named, event),
    timeline: isPoint ? event.subject : undefined,
    seqno: isPoint && event.point > 0 ? event.point : undefined,
    error: withError.has(event.kind) ? codeFromNumber(event.detail) : undefined,
    id: idOf(point, event),
  };
}

function subjectOf(labels: Labels, named: Named, event: TraceEvent): string {
  if (named === 'point') return labels.point(event);
  if (named === 'job') return labels.job(event);
  if (named === 'lock') return labels.lock(event);
  return named === 'buffer' ? labels.buffer(event) : '';
}

function idOf(point: TracePoint, { kind, detail }: TraceEvent): number {
  if (point === 'memory') return 0;
  if (point === 'job') return kind === kinds.TRACE_BEGIN ? detail >>> 16 : 0;
  return withError.has(kind) ? 0 : detail;
}
