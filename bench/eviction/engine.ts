/**
 * Runs a trace under a budget and counts what moves: in on a miss, if the buffer has contents; out when a dirty buffer is
 * evicted. Freeing moves nothing, and what is dirty at the end is not counted. A job's buffers are all there while it runs.
 *
 * Every rule is asserted: victims live in the heap and are not the job's, they have room, the budget holds.
 * Not here: time. Stalls are measured on the library itself.
 */
import { CLOCK_WORDS, L_TIME, noteJob } from '#fenceline/memory/policy/client-clock.js';
import { HISTORY_WORDS, noteUse, resetHistory, setMoves, setSize } from '#fenceline/memory/policy/history.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';
import { at, DISCARDS, type Job, OVERWRITES, type Trace, WRITES } from './trace.ts';

export interface Moved {
  /** Pages. */
  readonly in: number;
  readonly out: number;
  readonly evictions: number;
}

export interface EngineOptions {
  /** How many of the coming jobs are in the queue, and told to the policy. Default: 0. */
  readonly lookahead?: number;
}

/** What the trace did to each buffer so far. */
class Heap {
  readonly isHere: Uint8Array;
  readonly isDirty: Uint8Array;
  readonly hasContents: Uint8Array;
  readonly isDiscarded: Uint8Array;
  /** The job that runs and uses it, or -1. */
  readonly usedBy: Int32Array;
  used = 0;
  in = 0;
  out = 0;
  evictions = 0;

  constructor({ sizes, isFresh }: Trace) {
    this.isHere = new Uint8Array(sizes.length);
    this.isDirty = new Uint8Array(sizes.length);
    this.hasContents = Uint8Array.from(isFresh, (fresh) => (fresh ? 0 : 1));
    this.isDiscarded = new Uint8Array(sizes.length);
    this.usedBy = new Int32Array(sizes.length).fill(-1);
  }
}

/** Outcomes: what moved. Throws if the policy breaks a rule. `budget`: pages, at least the largest job. */
export function run(trace: Trace, budget: number, policy: ReplacementPolicy, options: EngineOptions = {}): Moved {
  const { lookahead = 0 } = options;
  const { sizes, jobs } = trace;
  const heap = new Heap(trace);
  const queue = lookahead > 0 ? new Queue(trace, lookahead) : undefined;
  const clocks: Int32Array[] = [];
  const histories = sizes.map((size) => historyOf(size));
  const victims: number[] = [];
  jobs.forEach((job, index) => {
    const clock = clocks[job.client] ?? new Int32Array(CLOCK_WORDS);
    clocks[job.client] = clock;
    noteJob(clock, index + 1);
    policy.updateClient(job.client, clock, job.buffers);
    queue?.tellArrived(index, policy);
    let missing = heap.used - budget;
    for (const buffer of job.buffers) {
      heap.usedBy[buffer] = index;
      if (heap.isHere[buffer] === 1) policy.hold(buffer);
      else missing += at(sizes, buffer);
    }
    if (missing > 0) {
      victims.length = 0;
      const suffices = policy.choose(missing, index + 1, victims);
      evict(heap, sizes, victims, index, policy);
      for (const victim of victims) setMoves(at(histories, victim), 1);
      if (!suffices || heap.used + missing > heap.used + freed(sizes, victims)) {
        throw new Error(`The policy freed ${freed(sizes, victims)} pages for job ${index}, which needs ${missing}.`);
      }
    }
    use(heap, sizes, job);
    if (heap.used > budget) throw new Error(`Job ${index} has ${heap.used} pages in a budget of ${budget}.`);
    for (const buffer of job.buffers) {
      const history = at(histories, buffer);
      const isDirty = heap.isDirty[buffer] === 1;
      setMoves(history, heap.isDiscarded[buffer] === 1 ? 0 : isDirty ? 2 : 1);
      noteUse(history, job.client, at(clock, L_TIME), index + 1);
      policy.update(buffer, history);
      policy.release(buffer);
      queue?.tellNext(buffer, index, policy);
    }
    for (const buffer of job.frees) {
      if (heap.isHere[buffer] === 1) heap.used -= at(sizes, buffer);
      heap.isHere[buffer] = 0;
      heap.hasContents[buffer] = 0;
      heap.isDirty[buffer] = 0;
      policy.forget(buffer);
      histories[buffer] = historyOf(at(sizes, buffer));
    }
  });
  return { in: heap.in, out: heap.out, evictions: heap.evictions };
}

function historyOf(size: number): Int32Array {
  const history = new Int32Array(HISTORY_WORDS);
  resetHistory(history);
  setSize(history, size);
  return history;
}

function evict(
  heap: Heap,
  sizes: readonly number[],
  victims: readonly number[],
  job: number,
  policy: ReplacementPolicy,
): void {
  for (const victim of victims) {
    if (heap.isHere[victim] !== 1) throw new Error(`Victim ${victim} of job ${job} does not live in the heap.`);
    if (heap.usedBy[victim] === job) throw new Error(`Victim ${victim} of job ${job} is used by it.`);
    policy.remove(victim);
    heap.isHere[victim] = 0;
    heap.used -= at(sizes, victim);
    heap.evictions++;
    if (heap.isDiscarded[victim] === 1) heap.hasContents[victim] = 0;
    else if (heap.isDirty[victim] === 1) heap.out += at(sizes, victim);
    heap.isDirty[victim] = 0;
  }
}

/** Brings the job's buffers in, and does to their contents what the job does. */
function use(heap: Heap, sizes: readonly number[], { buffers, flags }: Job): void {
  buffers.forEach((buffer, index) => {
    const how = at(flags, index);
    if (heap.isHere[buffer] !== 1) {
      heap.isHere[buffer] = 1;
      heap.used += at(sizes, buffer);
      if (heap.hasContents[buffer] === 1 && (how & OVERWRITES) === 0) heap.in += at(sizes, buffer);
    }
    if ((how & (WRITES | OVERWRITES)) !== 0) {
      heap.isDirty[buffer] = 1;
      heap.hasContents[buffer] = 1;
      heap.isDiscarded[buffer] = 0;
    }
    if ((how & DISCARDS) !== 0) heap.isDiscarded[buffer] = 1;
  });
}

function freed(sizes: readonly number[], victims: readonly number[]): number {
  let sum = 0;
  for (const victim of victims) sum += at(sizes, victim);
  return sum;
}

/** The jobs that are submitted and not yet run: the next `lookahead` ones. Tells the policy each buffer's next use. */
class Queue {
  readonly #jobs: readonly Job[];
  readonly #lookahead: number;
  /** By job and position: the next job that uses the same buffer, or -1. */
  readonly #next: readonly Int32Array[];
  /** By buffer: its next use that the policy does not know yet to be past. */
  readonly #upcoming: Int32Array;
  #arrived = 0;

  constructor({ jobs, sizes }: Trace, lookahead: number) {
    this.#jobs = jobs;
    this.#lookahead = lookahead;
    const upcoming = new Int32Array(sizes.length).fill(-1);
    const next: Int32Array[] = [];
    for (let job = jobs.length - 1; job >= 0; job--) {
      const { buffers } = at(jobs, job);
      next[job] = Int32Array.from(buffers, (buffer) => at(upcoming, buffer));
      for (const buffer of buffers) upcoming[buffer] = job;
    }
    this.#next = next;
    this.#upcoming = upcoming;
  }

  /** Jobs that came into the queue by the time job `now` starts. */
  tellArrived(now: number, policy: ReplacementPolicy): void {
    for (; this.#arrived <= now + this.#lookahead && this.#arrived < this.#jobs.length; this.#arrived++) {
      for (const buffer of at(this.#jobs, this.#arrived).buffers) {
        const isNext = at(this.#upcoming, buffer) === this.#arrived;
        if (isNext && this.#arrived > now) policy.queue(buffer, this.#arrived + 1);
      }
    }
    const { buffers } = at(this.#jobs, now);
    buffers.forEach((buffer, index) => {
      this.#upcoming[buffer] = at(at(this.#next, now), index);
    });
  }

  /** The next use of a buffer that job `now` has just used. */
  tellNext(buffer: number, now: number, policy: ReplacementPolicy): void {
    const next = at(this.#upcoming, buffer);
    if (next >= 0 && next <= now + this.#lookahead) policy.queue(buffer, next + 1);
  }
}
