/**
 * What lasted: pairs of events of one agent, from a begin to its end. Keeps what has begun between two readings.
 *
 * Not here: how it is drawn (chrome.ts, measure.ts).
 */
import * as kinds from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import { jobKey } from './labels.ts';

export interface Span {
  readonly begin: TraceEvent;
  /** Undefined if it goes on, or its agent stopped. */
  readonly end: TraceEvent | undefined;
}

interface Pair {
  /** Tells what goes on at the same time apart. */
  readonly key: string;
  readonly isBegin: boolean;
}

export class Spans {
  /** What has begun, by agent. */
  readonly #open: Map<number, Map<string, TraceEvent>> = new Map();

  /** Outcomes: the spans that this event ends: one, or several if another agent took the seat of one that stopped. */
  add(event: TraceEvent): readonly Span[] {
    const open = this.#openOf(event.agent);
    const ended: Span[] = [];
    for (const begin of open.values()) {
      if (begin.incarnation !== event.incarnation) ended.push({ begin, end: undefined });
    }
    if (ended.length > 0) open.clear();
    for (const { key, isBegin } of pairsOf(event)) {
      const begin = open.get(key);
      open.delete(key);
      if (isBegin) open.set(key, event);
      else if (begin !== undefined) ended.push({ begin, end: event });
    }
    return ended;
  }

  /** Events of the agent were lost: the ends of what has begun may have been among them. */
  forget(agent: number): void {
    this.#open.delete(agent);
  }

  /** What has begun and not ended. */
  unfinished(): readonly Span[] {
    return [...this.#open.values()].flatMap((open) => [...open.values()].map((begin) => ({ begin, end: undefined })));
  }

  #openOf(agent: number): Map<string, TraceEvent> {
    let open = this.#open.get(agent);
    if (open === undefined) {
      open = new Map();
      this.#open.set(agent, open);
    }
    return open;
  }
}

/** A lock that is acquired ends the wait for it and begins to be held. */
function pairsOf(event: TraceEvent): readonly Pair[] {
  const { kind, subject, detail } = event;
  const begins = (key: string): Pair => ({ key, isBegin: true });
  const ends = (key: string): Pair => ({ key, isBegin: false });
  switch (kind) {
    case kinds.TRACE_WAIT:
      return [begins(`wait ${detail}`)];
    case kinds.TRACE_WAIT_OVER:
    case kinds.TRACE_WAIT_LEFT:
      return [ends(`wait ${detail}`)];
    case kinds.TRACE_SLEEP:
      return [begins('sleep')];
    case kinds.TRACE_WAKE:
      return [ends('sleep')];
    case kinds.TRACE_CALLBACK:
      return [begins(`callback ${detail}`)];
    case kinds.TRACE_CALLBACK_END:
      return [ends(`callback ${detail}`)];
    case kinds.TRACE_CONTENDED:
      return [begins(`lock ${detail} ${subject}`)];
    case kinds.TRACE_ACQUIRED:
      return [ends(`lock ${detail} ${subject}`), begins(`held ${detail} ${subject}`)];
    case kinds.TRACE_BACKED_OFF:
    case kinds.TRACE_LOCK_LEFT:
      return [ends(`lock ${detail} ${subject}`)];
    case kinds.TRACE_RELEASED:
      return [ends(`held ${detail} ${subject}`)];
    case kinds.TRACE_BEGIN:
      return [begins(`job ${jobKey(event)}`)];
    case kinds.TRACE_END:
      return [ends(`job ${jobKey(event)}`)];
    default:
      return [];
  }
}
