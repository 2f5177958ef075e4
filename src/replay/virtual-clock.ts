/**
 * The clock of a replay: time passes only where the trace sleeps. A time stamp is the number of the operation under way.
 */
import type { UapiClock } from '../uapi.ts';

/** Where the stamps begin, in milliseconds since 1970: that of the time before the first operation. */
const epochMs = 1_000_000_000_000;

interface Timer {
  readonly atMs: number;
  readonly fn: () => void;
}

export class VirtualClock implements UapiClock {
  /** The operation under way; -1 before the first. */
  index: number = -1;
  #elapsedMs = 0;
  readonly #timers: Set<Timer> = new Set();

  now(): number {
    return epochMs + this.index;
  }

  /** The operation during which this stamp was taken. */
  indexOf(stampMs: number): number {
    return stampMs - epochMs;
  }

  after(ms: number, fn: () => void): () => void {
    const timer: Timer = { atMs: this.#elapsedMs + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets so much time pass; `settle` runs after each timer. */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    for (let next = this.#next(); next !== undefined && next.atMs <= endMs; next = this.#next()) {
      await this.#run(next, settle);
    }
    this.#elapsedMs = endMs;
  }

  /** Lets time pass up to the next timer. Outcomes: false if there is none. */
  async advanceToNext(settle: () => Promise<void>): Promise<boolean> {
    const next = this.#next();
    if (next === undefined) return false;
    await this.#run(next, settle);
    return true;
  }

  async #run(timer: Timer, settle: () => Promise<void>): Promise<void> {
    this.#timers.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs);
    timer.fn();
    await settle();
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.atMs < first.atMs) first = timer;
    return first;
  }
}
