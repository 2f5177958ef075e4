/**
 * What one policy was told of jobs: which wait, so that it knows for certain when a buffer is needed next; and which have
 * started, with all their buffers, each once and in order, so that it recognises what a client does again.
 *
 * A job that is seen waiting, and waits no more at the next look, has started meanwhile, wherever and whenever. One that was
 * never seen, for nobody looked while it was in its slot, is left out: what is lost is a guess.
 *
 * Not here: looking at jobs (schedule/jobs-ahead.ts), and what follows for a victim (policy/horizon.ts).
 */
import type { Agent } from '../cells/memory.ts';
import { clientNumber, loadClock } from './client-time.ts';
import { CLOCK_WORDS } from './policy/client-clock.ts';
import type { ReplacementPolicy } from './policy/policy.ts';

/** A job that is not over. */
export interface ToldJob {
  /** Its slot. */
  readonly job: number;
  /** Its number among all jobs. */
  readonly order: number;
  /** Token of its client; 0 = none. */
  readonly client: number;
  /** It has no place in the reservations of its buffers yet. */
  readonly isWaiting: boolean;
  readonly uses: readonly { readonly buffer: number }[];
}

/** Outcomes: the jobs that are not over, in order of submission. Of a job that has not changed, the same object as before. */
export type JobLook = (agent: Agent) => readonly ToldJob[];

export class ToldJobs {
  /** The number of the first job that waits, or -1. */
  firstWaiting = -1;
  /** By slot: as it was at the last look. */
  #seen: Map<number, ToldJob> = new Map();
  /** By buffer: the number of the next job that waits for it. */
  #next: Map<number, number> = new Map();
  /** Whose clocks are told: those of jobs that were seen, and of no client. */
  readonly #clients: Set<number> = new Set([0]);
  readonly #clock: Int32Array = new Int32Array(CLOCK_WORDS);

  /** Tells the policy what has changed since the last time. Outcomes: the buffers that jobs use now. */
  tell(agent: Agent, policy: ReplacementPolicy, jobs: readonly ToldJob[]): readonly number[] {
    const seen = new Map(jobs.map((each) => [each.job, each]));
    this.#tellStarted(agent, policy, seen);
    for (const number of this.#clients) policy.updateClient(number, this.#read(agent, number));
    const hasChanged = seen.size !== this.#seen.size || jobs.some((each) => this.#seen.get(each.job) !== each);
    this.#seen = seen;
    if (hasChanged) this.#tellWaiting(policy, jobs);
    return jobs.filter(({ isWaiting }) => !isWaiting).flatMap(({ uses }) => uses.map(({ buffer }) => buffer));
  }

  #tellStarted(agent: Agent, policy: ReplacementPolicy, seen: ReadonlyMap<number, ToldJob>): void {
    const started: ToldJob[] = [];
    for (const before of this.#seen.values()) {
      const now = seen.get(before.job);
      if (before.isWaiting && (now?.order !== before.order || !now.isWaiting)) started.push(before);
    }
    for (const now of seen.values()) {
      if (!now.isWaiting && this.#seen.get(now.job)?.order !== now.order) started.push(now);
    }
    started.sort((a, b) => (a.order - b.order) | 0);
    for (const { client, uses } of started) {
      const number = clientNumber(agent, client);
      this.#clients.add(number);
      const buffers = uses.map(({ buffer }) => buffer);
      policy.updateClient(number, this.#read(agent, number), buffers);
    }
  }

  #read(agent: Agent, number: number): Int32Array {
    loadClock(agent, number, this.#clock);
    return this.#clock;
  }

  #tellWaiting(policy: ReplacementPolicy, jobs: readonly ToldJob[]): void {
    const next = new Map<number, number>();
    this.firstWaiting = -1;
    for (const { isWaiting, order, uses } of jobs) {
      if (!isWaiting) continue;
      if (this.firstWaiting < 0) this.firstWaiting = order >>> 0;
      for (const { buffer } of uses) if (!next.has(buffer)) next.set(buffer, order >>> 0);
    }
    for (const buffer of this.#next.keys()) if (!next.has(buffer)) policy.unqueue(buffer);
    for (const [buffer, order] of next) if (this.#next.get(buffer) !== order) policy.queue(buffer, order);
    this.#next = next;
  }
}
