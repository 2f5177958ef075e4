/**
 * A scenario on real threads, as a cross-check of the explorer: a worker for each agent, round after round.
 *
 * What it cannot do: find what is rare, kill, let time-outs expire, run `always`, wait for callbacks after an agent's function
 * has returned, or share objects between agents: each thread has its own, over the same buffers. A round that does not end is
 * called stuck after a while, because nothing can prove it.
 */
import { Worker } from 'node:worker_threads';
import { Expected } from './expected.ts';
import type { Patch } from './report.ts';
import type { AgentData } from './worker-round.ts';
import * as round from './worker-round.ts';

export interface WorkersOptions {
  /** At most so many rounds. Default 1,000. */
  readonly rounds?: number;
  /** At most so many seconds. Default 10. */
  readonly seconds?: number;
  /** A round in which nobody comes to an end for so long is stuck. Default 10. */
  readonly stuckSeconds?: number;
  readonly patches?: readonly Patch[];
}

export interface WorkersReport {
  readonly rounds: number;
  /** JSON of the agents' results -> number of rounds that ended with it. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** A full sentence: an agent or `after` threw, an outcome is not among the expected, or a round is stuck. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

/** Outcomes: a report, with or without a failure; throws for a scenario that cannot be loaded. Blocks this thread in rounds. */
export async function runOnWorkers(file: string, options: WorkersOptions): Promise<WorkersReport> {
  const { patches = [], rounds = 1000, seconds = 10, stuckSeconds = 10 } = options;
  const scenario = await round.PlainScenario.load(file, patches, []);
  scenario.setUp();
  const crew = new Crew(scenario, file, patches, stuckSeconds * 1000);
  const started = performance.now();
  try {
    await crew.ready();
    let failure: string | undefined;
    let count = 0;
    while (failure === undefined && count < rounds && performance.now() - started < seconds * 1000) {
      failure = crew.round();
      count++;
    }
    return { rounds: count, outcomes: crew.outcomes, failure, seconds: (performance.now() - started) / 1000 };
  } finally {
    await crew.end();
  }
}

class Crew {
  readonly outcomes: Map<string, number> = new Map();
  readonly #scenario: round.PlainScenario;
  readonly #names: readonly string[];
  readonly #control: Int32Array;
  readonly #results: readonly Int32Array[];
  readonly #threads: readonly Worker[];
  readonly #stuckMs: number;
  readonly #expected: Expected;
  #commands: number = 0;

  constructor(scenario: round.PlainScenario, file: string, patches: readonly Patch[], stuckMs: number) {
    this.#scenario = scenario;
    this.#stuckMs = stuckMs;
    this.#expected = new Expected(scenario.parts);
    this.#names = Object.keys(scenario.parts.agents);
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (round.COMMANDS + this.#names.length)));
    this.#results = this.#names.map(() => new Int32Array(new SharedArrayBuffer(round.resultBytes)));
    this.#threads = this.#results.map((result, index) => {
      const { buffers } = scenario;
      const workerData: AgentData = { file, patches, index, control: this.#control, result, buffers };
      return new Worker(new URL('./worker-agent.js', import.meta.url), { workerData });
    });
  }

  async ready(): Promise<void> {
    await Promise.all(
      this.#threads.map(
        (thread) =>
          new Promise((resolve, reject) => {
            thread.once('message', resolve);
            thread.once('error', reject);
          }),
      ),
    );
  }

  /** Outcomes: a sentence if it failed. */
  round(): string | undefined {
    for (const index of this.#names.keys()) {
      if (!this.#order(round.SET_UP, [index])) return `Setup of ${this.#names[index]} does not come to an end.`;
      const result = this.#resultOf(index);
      if (result.error !== undefined) return `Setup throws on a real worker: ${result.error}`;
    }
    const shared = this.#scenario.setUp();
    for (const result of this.#results) result[0] = unanswered;
    if (!this.#order(round.RUN, [...this.#names.keys()])) return this.#describeStuck();
    const results: Record<string, unknown> = {};
    for (const [index, name] of this.#names.entries()) {
      const { error, value } = this.#resultOf(index);
      if (error !== undefined) return `Agent ${name} throws: ${error}`;
      results[name] = value;
    }
    const outcome = JSON.stringify(results);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return this.#expected.refusal(outcome) ?? this.#checkAfter(shared, results);
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Outcomes: false if an answer did not come in time. */
  #order(kind: number, threads: readonly number[]): boolean {
    const control = this.#control;
    Atomics.store(control, round.STARTING, 0);
    Atomics.store(control, round.ANSWERS, 0);
    const command = (++this.#commands << round.kindBits) | kind;
    for (const index of threads) {
      Atomics.store(control, round.COMMANDS + index, command);
      Atomics.notify(control, round.COMMANDS + index);
    }
    for (let seen = 0; seen < threads.length; seen = Atomics.load(control, round.ANSWERS)) {
      if (Atomics.wait(control, round.ANSWERS, seen, this.#stuckMs) === 'timed-out') return false;
    }
    return true;
  }

  #resultOf(index: number): { readonly error: string | undefined; readonly value: unknown } {
    const result = this.#results[index] as Int32Array; // one for each agent
    const length = result[0] ?? 0;
    const text = new TextDecoder().decode(new Uint8Array(result.buffer, 4, Math.abs(length)).slice());
    if (length < 0) return { error: text, value: undefined };
    return { error: undefined, value: length === 0 ? undefined : JSON.parse(text) };
  }

  #describeStuck(): string {
    const left = this.#names.filter((_, index) => this.#results[index]?.[0] === unanswered);
    return `On real workers a round does not come to an end: after ${this.#stuckMs / 1000} s without any sign, ${left.join(', ')} had not returned.`;
  }

  #checkAfter(shared: unknown, results: Record<string, unknown>): string | undefined {
    try {
      this.#scenario.parts.after?.(shared, results);
      return undefined;
    } catch (error) {
      return `The check 'after' fails on real workers: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** No length that a result can have. */
const unanswered = 0x7fff_ffff;
