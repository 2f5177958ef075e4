/** Where arrows come from: the signal that ended a wait, the call that submitted a job. */
import { TRACE_CLOSE, TRACE_SIGNAL, TRACE_SUBMIT } from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import { jobKey } from './labels.ts';

/** How far the clocks of two threads may be apart. */
const skewNsMax = 5000;

interface Line {
  /** In order of time, and so of their points. */
  readonly signals: TraceEvent[];
  closed: TraceEvent | undefined;
}

export class Sources {
  /** By timeline and generation. */
  readonly #lines: Map<string, Line> = new Map();
  readonly #submits: Map<string, TraceEvent> = new Map();

  /** @param events In order of time. */
  constructor(events: readonly TraceEvent[]) {
    for (const event of events) {
      if (event.kind === TRACE_SIGNAL) this.#lineOf(event).signals.push(event);
      else if (event.kind === TRACE_CLOSE) this.#lineOf(event).closed ??= event;
      else if (event.kind === TRACE_SUBMIT) this.#submits.set(jobKey(event), event);
    }
  }

  /** The first signal that reaches the point of a wait, or else the close of its timeline. Outcomes: undefined if it was lost. */
  signalOf(wait: TraceEvent): TraceEvent | undefined {
    const line = this.#lines.get(lineKey(wait));
    if (line === undefined) return undefined;
    let [low, high] = [0, line.signals.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Below the length.
      if ((line.signals[middle] as TraceEvent).point < wait.point) low = middle + 1;
      else high = middle;
    }
    const source = line.signals[low] ?? line.closed;
    // A later one: that which ended the wait was lost.
    return source !== undefined && source.atNs <= wait.atNs + skewNsMax ? source : undefined;
  }

  /** Outcomes: undefined if it was lost. */
  submitOf(begin: TraceEvent): TraceEvent | undefined {
    return this.#submits.get(jobKey(begin));
  }

  #lineOf(event: TraceEvent): Line {
    const key = lineKey(event);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { signals: [], closed: undefined };
      this.#lines.set(key, line);
    }
    return line;
  }
}

function lineKey({ subject, generation }: TraceEvent): string {
  return `${subject}.${generation}`;
}
