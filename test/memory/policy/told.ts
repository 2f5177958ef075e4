/** A policy under test, told of buffers and jobs in one line each. Not here: a budget (bench/eviction/engine.ts). */
import { CLOCK_WORDS, L_TIME, noteJob } from '#fenceline/memory/policy/client-clock.js';
import {
  HISTORY_WORDS,
  type Moves,
  noteUse,
  resetHistory,
  setFinal,
  setMoves,
  setPriority,
  setSize,
} from '#fenceline/memory/policy/history.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';

export interface Traits {
  readonly size?: number;
  readonly moves?: Moves;
  readonly priority?: number;
  readonly isFinal?: boolean;
}

export class Told {
  readonly policy: ReplacementPolicy;
  readonly histories: Map<number, Int32Array> = new Map();
  readonly clocks: Map<number, Int32Array> = new Map();
  now = 0;

  constructor(policy: ReplacementPolicy) {
    this.policy = policy;
  }

  /** A job of `client` that uses these buffers, which then live here. */
  job(buffers: readonly number[], client = 0): void {
    const clock = this.clocks.get(client) ?? new Int32Array(CLOCK_WORDS);
    this.clocks.set(client, clock);
    noteJob(clock, ++this.now);
    this.policy.updateClient(client, clock, buffers);
    for (const buffer of buffers) {
      noteUse(this.historyOf(buffer), client, clock[L_TIME] ?? 0, this.now);
      this.policy.update(buffer, this.historyOf(buffer));
    }
  }

  /** Changes what a buffer is, and tells it. */
  set(buffer: number, { size = 1, moves = 1, priority = 0, isFinal = false }: Traits): void {
    const history = this.historyOf(buffer);
    setSize(history, size);
    setMoves(history, moves);
    setPriority(history, priority);
    setFinal(history, isFinal);
    this.policy.update(buffer, history);
  }

  /** What the latest job, if it needed this much, would be proposed to evict. */
  choose(needed: number, client?: number): number[] {
    const victims: number[] = [];
    this.policy.choose(needed, this.now, victims, client);
    return victims;
  }

  historyOf(buffer: number): Int32Array {
    const known = this.histories.get(buffer);
    if (known !== undefined) return known;
    const history = new Int32Array(HISTORY_WORDS);
    resetHistory(history);
    this.histories.set(buffer, history);
    return history;
  }
}
