/**
 * A failing schedule as Chrome trace JSON, which Perfetto and chrome://tracing open: a track for each agent, a slice for each
 * step and each sleep, an arrow from what woke somebody to where it went on, and the failure at the end.
 *
 * Time is made up: a step is a millisecond long, and nothing happens beside it.
 */
import type { ChromeEvent, ChromeTrace } from '../trace/chrome.ts';
import type { Failure } from './report.ts';
import type { Row } from './world-parts.ts';

interface Drawn {
  readonly title: string;
  readonly agents: readonly string[];
  readonly rows: readonly Row[];
  readonly describe: (site: number) => string;
}

const drawnOf: WeakMap<Failure, Drawn> = new WeakMap();
const stepUs = 1000;
const pid = 1;

/** Keeps what a failure's trace is drawn from for as long as the failure is known. */
export function keepTrace(failure: Failure, drawn: Drawn): void {
  drawnOf.set(failure, drawn);
}

/**
 * The schedule of a failure as an object for `JSON.stringify`. Context: at any time.
 * @param failure As an exploration answered it, not a copy.
 * Outcomes: the trace; throws for what no exploration of this thread answered.
 */
export function scheduleTrace(failure: Failure): ChromeTrace {
  const drawn = drawnOf.get(failure);
  if (drawn === undefined) throw new Error('This failure is not one that an exploration of this thread answered.');
  const { title, agents, rows } = drawn;
  const names: readonly ChromeEvent[] = [
    metadata('process_name', 0, title),
    ...agents.flatMap((name, index) =>
      rows.some(({ agent }) => agent === name) ? [metadata('thread_name', index + 1, name)] : [],
    ),
  ];
  const steps = rows.flatMap((_, index) => new Drawing(drawn, index).events());
  const end: ChromeEvent = {
    ...{ name: failure.kind, ph: 'i', s: 'g', ts: rows.length * stepUs, pid, tid: 0 },
    args: { message: failure.message, replay: failure.replay },
  };
  return { traceEvents: [...names, ...steps, end], lost: 0 };
}

function metadata(name: string, tid: number, text: string): ChromeEvent {
  return { name, ph: 'M', ts: 0, pid, tid, args: { name: text } };
}

/** One row of the schedule: the slice of the step, the sleep it begins, the arrow that leads to it. */
class Drawing {
  readonly #drawn: Drawn;
  readonly #index: number;
  readonly #row: Row;

  constructor(drawn: Drawn, index: number) {
    this.#drawn = drawn;
    this.#index = index;
    this.#row = drawn.rows[index] as Row; // the caller counts
  }

  events(): readonly ChromeEvent[] {
    const { what, word, value, site } = this.#row;
    const isAsleep = value === '?' && /^(sleep|wait|pauseWhile)\b/.test(what);
    const place = site < 0 ? '' : this.#drawn.describe(site);
    const step: ChromeEvent = {
      ...{ name: word === '' ? what : `${what} ${word}`, ph: 'X', ts: this.#index * stepUs, dur: stepUs },
      ...{
        pid,
        tid: this.#track(this.#row),
        args: { step: this.#index + 1, value: isAsleep ? 'asleep' : value, place },
      },
    };
    return [step, ...(isAsleep ? this.#sleep() : []), ...(what === 'woken' ? this.#arrow() : [])];
  }

  /** From the step after falling asleep to the agent's next one, or to the end. */
  #sleep(): readonly ChromeEvent[] {
    const { rows } = this.#drawn;
    const from = this.#index + 1;
    const next = rows.findIndex((row, index) => index >= from && row.agent === this.#row.agent);
    const steps = (next < 0 ? rows.length + 1 : next) - from;
    if (steps === 0) return [];
    const name = `asleep ${this.#row.word}`;
    return [{ name, ph: 'X', ts: from * stepUs, dur: steps * stepUs, pid, tid: this.#track(this.#row), args: {} }];
  }

  /** From the step that woke this agent. */
  #arrow(): readonly ChromeEvent[] {
    const from = this.#drawn.rows.findLastIndex((row, index) => index < this.#index && row.what !== 'woken');
    const waker = this.#drawn.rows[from];
    if (waker === undefined) return [];
    const arrow = { name: 'wakes', cat: 'wake', id: this.#index, pid };
    return [
      { ...arrow, ph: 's', ts: from * stepUs + stepUs / 2, tid: this.#track(waker) },
      { ...arrow, ph: 'f', bp: 'e', ts: this.#index * stepUs + stepUs / 2, tid: this.#track(this.#row) },
    ];
  }

  #track({ agent }: Row): number {
    return this.#drawn.agents.indexOf(agent) + 1;
  }
}
