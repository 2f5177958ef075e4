/**
 * The trace rings of a space as Chrome trace JSON, which Perfetto and chrome://tracing open: a track for each agent with its
 * jobs, waits, callbacks and locks, and arrows from each signal to the waits that it ended, and from where a job was submitted
 * to where it ran.
 */
import { codeFromNumber } from '../base/errors.ts';
import * as kinds from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';
import { unpackPlace } from '../memory/note.ts';
import { unitBytes } from '../memory/size-class.ts';
import { coreOf, type Space } from '../space.ts';
import { Labels } from './labels.ts';
import { TraceReader } from './reader.ts';
import { Sources } from './sources.ts';
import type { Span } from './spans.ts';
import { Spans } from './spans.ts';

/** One event of the Chrome trace format; times in microseconds. */
export interface ChromeEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly [field: string]: unknown;
}

export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  /** Events that no longer were in their ring. */
  readonly lost: number;
}

const memoryVerbs: ReadonlyMap<number, string> = new Map([
  [kinds.TRACE_PLACED, 'place'],
  [kinds.TRACE_MOVED, 'move'],
  [kinds.TRACE_EVICTED, 'evict'],
  [kinds.TRACE_SWAPPED_IN, 'swap in'],
  [kinds.TRACE_FREED, 'free'],
  [kinds.TRACE_PUBLISHED, 'publish'],
]);

const pid = 1;
/** Arrows begin and end at slices, so what takes no time is drawn as long as this. */
const momentUs = 0.01;
/** Agents at once are fewer: who has a seat after another gets a track of its own. */
const seats = 100;

/**
 * All that the rings of the space hold, as an object for `JSON.stringify`. Context: at any time; it takes nothing out.
 * Outcomes: the trace, empty if the space was made without `traceEvents`; throws EINVAL if it is closed.
 */
export function chromeTrace(space: Space): ChromeTrace {
  const core = coreOf(space);
  const { events, lost } = new TraceReader(core).read();
  return { traceEvents: new Drawing(core, events).draw(), lost };
}

class Drawing {
  readonly #core: Core;
  readonly #events: readonly TraceEvent[];
  readonly #labels: Labels;
  readonly #sources: Sources;
  readonly #drawn: ChromeEvent[] = [];
  #arrows = 0;

  constructor(core: Core, events: readonly TraceEvent[]) {
    this.#core = core;
    this.#events = events;
    this.#labels = new Labels(core, events);
    this.#sources = new Sources(events);
  }

  draw(): readonly ChromeEvent[] {
    this.#nameTracks();
    const spans = new Spans();
    for (const event of this.#events) {
      for (const span of spans.add(event)) this.#span(span);
      this.#moment(event);
    }
    for (const span of spans.unfinished()) this.#span(span);
    return this.#drawn;
  }

  #nameTracks(): void {
    const named = new Set<number>();
    for (const { agent, incarnation } of this.#events) {
      const tid = trackOf(agent, incarnation);
      if (named.has(tid)) continue;
      named.add(tid);
      const { index, incarnation: own } = this.#core.agent;
      const isOwn = agent === index && incarnation === own;
      const name = isOwn ? 'this thread' : incarnation === 0 ? `agent ${agent}` : `agent ${agent} (${incarnation + 1})`;
      this.#drawn.push({ name: 'thread_name', ph: 'M', ts: 0, pid, tid, args: { name } });
    }
  }

  /** What is drawn at the moment of an event. */
  #moment(event: TraceEvent): void {
    switch (event.kind) {
      case kinds.TRACE_ISSUE:
        this.#slice(event, `issue ${this.#labels.point(event)}`, 'issue');
        break;
      case kinds.TRACE_SIGNAL:
        this.#slice(event, `signal ${this.#labels.point(event)}`, 'signal', { error: errorOf(event) });
        break;
      case kinds.TRACE_FAIL:
        this.#slice(event, `fail ${this.#labels.point(event)}`, 'signal', { error: errorOf(event) });
        break;
      case kinds.TRACE_CLOSE:
        this.#slice(event, `close ${this.#labels.point(event)}`, 'signal', { error: errorOf(event) });
        break;
      case kinds.TRACE_WAIT_OVER:
        this.#slice(event, `${this.#labels.point(event)} is over`, 'wait');
        this.#arrow('fence', this.#sources.signalOf(event), event);
        break;
      case kinds.TRACE_BACKED_OFF:
        this.#slice(event, `back off from ${this.#labels.lock(event)}`, 'lock');
        break;
      case kinds.TRACE_SUBMIT:
        this.#slice(event, `submit ${this.#labels.job(event)}`, 'job');
        break;
      case kinds.TRACE_BEGIN:
        this.#arrow('job', this.#sources.submitOf(event), event);
        break;
      case kinds.TRACE_PLACED:
      case kinds.TRACE_MOVED:
      case kinds.TRACE_EVICTED:
      case kinds.TRACE_SWAPPED_IN:
      case kinds.TRACE_FREED:
      case kinds.TRACE_PUBLISHED:
        this.#memory(event);
        break;
      default:
    }
  }

  /** What became of a buffer's memory. */
  #memory(event: TraceEvent): void {
    const { heap, from } = unpackPlace(event.generation);
    const buffer = this.#labels.buffer(event);
    const what = memoryVerbs.get(event.kind);
    const args = {
      bytes: event.point,
      heap: heap < 0 ? undefined : this.#labels.heap(heap),
      start: event.detail * unitBytes,
    };
    this.#slice(event, `${what} ${buffer}`, 'memory', from < 0 ? args : { ...args, from: this.#labels.heap(from) });
  }

  #span(span: Span): void {
    const { begin } = span;
    switch (begin.kind) {
      case kinds.TRACE_WAIT: {
        const name = `wait for ${this.#labels.point(begin)}`;
        const args = { gaveUp: span.end?.kind === kinds.TRACE_WAIT_LEFT };
        // One that blocks is on the thread's track; others overlap whatever the thread does meanwhile.
        if (begin.detail === 0) this.#onTrack(span, name, 'wait', args);
        else this.#beside(span, name, 'wait', args);
        break;
      }
      case kinds.TRACE_SLEEP:
        this.#onTrack(span, 'sleep', 'wait');
        break;
      case kinds.TRACE_CALLBACK:
        this.#onTrack(span, 'callback', 'callback', { waiter: begin.detail });
        break;
      case kinds.TRACE_CONTENDED:
        this.#beside(span, `wait for ${this.#labels.lock(begin)}`, 'lock', { ticket: begin.detail });
        break;
      case kinds.TRACE_ACQUIRED:
        this.#beside(span, `hold ${this.#labels.lock(begin)}`, 'lock', { ticket: begin.detail });
        break;
      case kinds.TRACE_BEGIN: {
        const error = span.end === undefined ? undefined : errorOf(span.end);
        this.#onTrack(span, this.#labels.job(begin), 'job', { part: begin.detail >>> 16, error });
        break;
      }
      default:
    }
  }

  #slice(event: TraceEvent, name: string, cat: string, args: object = {}): void {
    this.#drawn.push({ name, ph: 'X', ...placeOf(event), dur: momentUs, cat, args });
  }

  /** Without an end it is drawn to the end of the track. */
  #onTrack({ begin, end }: Span, name: string, cat: string, args: object = {}): void {
    const base = { name, ...placeOf(begin), cat, args };
    if (end === undefined) this.#drawn.push({ ...base, ph: 'B' });
    else this.#drawn.push({ ...base, ph: 'X', dur: usOf(end) - usOf(begin) });
  }

  #beside({ begin, end }: Span, name: string, cat: string, args: object): void {
    const id = `${trackOf(begin.agent, begin.incarnation)}.${begin.subject}.${begin.detail}`;
    this.#drawn.push({ name, ph: 'b', ...placeOf(begin), cat, id, args });
    if (end !== undefined) this.#drawn.push({ name, ph: 'e', ...placeOf(end), cat, id });
  }

  #arrow(cat: string, from: TraceEvent | undefined, to: TraceEvent): void {
    if (from === undefined) return;
    const id = `${to.subject}.${to.generation}.${to.point}/${++this.#arrows}`;
    this.#drawn.push({ name: cat, ph: 's', ...placeOf(from), cat, id });
    // Clocks of threads agree to a part of a microsecond: an arrow that would lead back does not.
    this.#drawn.push({ name: cat, ph: 'f', bp: 'e', ...placeOf(to), ts: Math.max(usOf(to), usOf(from)), cat, id });
  }
}

function placeOf(event: TraceEvent): { ts: number; pid: number; tid: number } {
  return { ts: usOf(event), pid, tid: trackOf(event.agent, event.incarnation) };
}

function trackOf(agent: number, incarnation: number): number {
  return incarnation * seats + agent;
}

function usOf({ atNs }: TraceEvent): number {
  return atNs / 1000;
}

function errorOf({ detail }: TraceEvent): string | undefined {
  return detail === 0 ? undefined : (codeFromNumber(detail) ?? String(detail));
}
