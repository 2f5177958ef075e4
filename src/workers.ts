/**
 * A pool of workers: threads that run typed kernels (facts: piscina, workerpool; here jobs go through shared memory).
 *
 * The pool starts threads, keeps a seat for each, and replaces those that crash. It carries no job: a call fills a slot
 * in shared memory, whatever thread makes it, and whichever worker looks first takes it.
 * Not here: one worker's answers and its end (pool-member.ts), what a worker does (worker.ts), and order (schedule/).
 */

import { assert } from './base/assert.ts';
import { asyncDisposeKey } from './base/dispose.ts';
import type { Code } from './base/errors.ts';
import { codeNumber, FencelineError, fail } from './base/errors.ts';
import { partsPerJob } from './base/limits.ts';
import type { Seat } from './cells/agent.ts';
import { declareStopped, reserveSeat } from './cells/agent.ts';
import type { Ticker } from './cells/clock.ts';
import { now, startTicker } from './cells/clock.ts';
import type { Thread } from './cells/thread.ts';
import { hardwareThreads, startThread, wrapThread } from './cells/thread.ts';
import type { Core } from './core.ts';
import type { Signature } from './device/kernel.ts';
import type { InlineWorker } from './inline-pool.ts';
import { inlineWorker } from './inline-pool.ts';
import type { Served } from './kernel.ts';
import { refuseThreads } from './load-error.ts';
import type { Pool, PoolOptions } from './pool.ts';
import { Member } from './pool-member.ts';
import type { PoolOwner } from './pool-run.ts';
import { callables } from './pool-run.ts';
import { claimPool, freePool, wakeAllWorkers } from './schedule/pool.ts';
import { cancelPool, endPoolJobs, poolJobs } from './schedule/pool-jobs.ts';
import { markOverdue } from './schedule/time-limit.ts';
import type { CloseOptions, Space } from './space.ts';
import { beforeClose, clientTokenOf, coreOf, emit } from './space.ts';
import { deadlineOf, whenOver } from './waiting.ts';

export type { Pool, PoolOptions } from './pool.ts';

type Source = URL | (() => { postMessage(message: unknown): void });

/** Not written where it is used: a bundler would see the URL there and pack a copy that imports what is not beside it. */
const entry = './worker-entry.js';
/** How long a kernel may run on while its pool closes; with `abort`, a tenth of it. */
const graceMs = 2000;
const crashesMax = 5;
/** How often time limits are looked at, and how long a kernel has to see that its time is up. */
const timeCheckMs = 250;
const timeGraceMs = 500;

/**
 * Starts workers that serve a module of kernels: `workers<typeof kernels>(space, new URL('./kernels.js', import.meta.url))`.
 * Bundlers need the form `() => new Worker(new URL('./kernels.js', import.meta.url), { type: 'module' })`.
 *
 * Outcomes: the pool, when its first worker has loaded; rejects with EINVAL (the module throws, or serves nothing),
 * ENOSPC (agents, pools), ETIME (no answer).
 */
export async function workers<S extends Served<object>>(
  space: Space,
  module: Source,
  options: PoolOptions<S> = {},
): Promise<Pool<S>> {
  const core = coreOf(space);
  const count = options.count ?? Math.min(hardwareThreads(), core.agent.layout.limits.agents - 1);
  if (!Number.isInteger(count) || count < 1 || count > core.agent.layout.limits.agents - 1) {
    fail(
      'EINVAL',
      `The count of workers (${count}) is not a whole number from 1 to ${core.agent.layout.limits.agents - 1}.`,
      {
        argument: 'count',
      },
    );
  }
  const pool = new WorkerPool<S>(space, core, module, count, options);
  await pool.start();
  return pool;
}

class WorkerPool<S> implements Pool<S> {
  ready: Promise<void> = Promise.resolve();
  readonly #space: Space;
  readonly #core: Core;
  readonly #source: Source;
  readonly #count: number;
  readonly #options: PoolOptions<S>;
  readonly #members: Set<Member> = new Set();
  readonly #pool: number;
  readonly #forget: () => void;
  #crashes = 0;
  #run: Pool<S>['run'] | undefined;
  #closing: Promise<void> | undefined;
  #timeLimits: Ticker | undefined;
  #isAborted = false;
  #inline: InlineWorker | undefined;
  /** Why nobody runs its jobs any more. */
  #over: FencelineError | undefined;
  readonly #owner: PoolOwner = {
    check: () => {
      if (this.#over !== undefined) throw this.#over;
    },
    onDone: () => {
      this.#crashes = 0;
    },
  };

  constructor(space: Space, core: Core, source: Source, count: number, options: PoolOptions<S>) {
    this.#space = space;
    this.#core = core;
    this.#source = source;
    this.#count = count;
    this.#options = options;
    this.#pool = claimPool(core.agent);
    this.#forget = beforeClose(space, (close) => this.close(close));
  }

  get run(): Pool<S>['run'] {
    assert(this.#run !== undefined, 'A pool is handed out when its first worker has loaded.');
    return this.#run;
  }

  get idle(): Promise<void> {
    return this.#whenIdle(undefined).then(() => undefined);
  }

  async start(): Promise<void> {
    const { inline } = this.#options;
    const answers: Promise<readonly Signature[]>[] = [];
    try {
      if (!this.#core.agent.isShared) {
        if (inline === undefined) refuseThreads();
        this.#inline = await inlineWorker(this.#core, this.#pool, await inline());
        this.#run = this.#callables(1, this.#inline.signatures);
        return;
      }
      for (let number = 0; number < this.#count; number++) answers.push(this.#startMember(number));
      const signatures = await Promise.race(answers);
      this.#run = this.#callables(Math.min(this.#count, partsPerJob), signatures);
      this.#watchTime(signatures);
    } catch (error) {
      for (const answer of answers) answer.catch(() => {});
      await this.close({ abort: true });
      throw error;
    }
    this.ready = Promise.all(answers).then(() => undefined);
    this.ready.catch(() => {});
  }

  #callables(workerCount: number, signatures: readonly Signature[]): Pool<S>['run'] {
    const client = clientTokenOf(this.#space);
    return callables(this.#core, this.#pool, client, workerCount, signatures, this.#owner) as Pool<S>['run'];
  }

  close(options: CloseOptions = {}): Promise<void> {
    // Also while a patient close is under way: a second Ctrl-C.
    if (options.abort) {
      this.#isAborted = true;
      if (this.#closing !== undefined && !this.#core.isClosed) cancelPool(this.#core.agent, this.#pool);
    }
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  [asyncDisposeKey](): Promise<void> {
    return this.close();
  }

  async #close({ timeoutMs }: CloseOptions): Promise<void> {
    this.#over = new FencelineError('EINVAL', 'The pool is closed.', { argument: 'pool' }) as FencelineError;
    try {
      await this.#end(timeoutMs);
    } finally {
      this.#timeLimits?.stop();
      // Not before: a space that closes meanwhile waits for this.
      this.#forget();
    }
  }

  async #end(timeoutMs: number | undefined): Promise<void> {
    const { agent } = this.#core;
    // Time limits go on meanwhile: a kernel that does not look at `cancelled` must not hold up a close.
    if (this.#isAborted || !(await this.#whenIdle(timeoutMs))) cancelPool(agent, this.#pool);
    for (const member of [...this.#members]) member.askToLeave();
    await this.#inline?.stop();
    const leaveMs = this.#isAborted ? graceMs / 10 : graceMs;
    const haveLeft = await Promise.all([...this.#members].map((member) => member.whenLeft(leaveMs)));
    this.#endJobs('ECANCELED');
    // A thread that cannot be stopped may still be at work for the pool: nobody else gets its place.
    if (haveLeft.every(Boolean)) freePool(agent, this.#pool);
  }

  /** Ends what is left when there is nobody to run it. */
  #endJobs(code: Code): void {
    if (!this.#core.isClosed) endPoolJobs(this.#core.agent, this.#pool, codeNumber(code), () => true);
  }

  /** Ends the threads whose kernel took too long and did not look at `cancelled`; the job fails with ETIME. */
  #watchTime(signatures: readonly Signature[]): void {
    if (signatures.every(({ timeoutMs }) => timeoutMs === undefined)) return;
    this.#timeLimits = startTicker(timeCheckMs, () => {
      const stuck = markOverdue(this.#core.agent, this.#pool, timeGraceMs);
      for (const member of this.#members) if (stuck.has(member.seat.index)) member.terminate();
    });
  }

  async #whenIdle(timeoutMs: number | undefined): Promise<boolean> {
    const deadline = deadlineOf(timeoutMs);
    for (;;) {
      const points = poolJobs(this.#core.agent, this.#pool);
      if (points.length === 0) return true;
      const left = timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, deadline - now()) };
      if (!(await whenOver(this.#core, points, left))) return false;
    }
  }

  /** Outcomes: what the worker serves; rejects with why it cannot. */
  #startMember(number: number): Promise<readonly Signature[]> {
    const seat = reserveSeat(this.#core.agent, this.#core.agent.index);
    if (seat === undefined) {
      const value = this.#core.agent.layout.limits.agents;
      fail('ENOSPC', `There is no place for worker ${number}: all agents (${value}) of the space are taken.`, {
        limit: 'agents',
        value,
      });
    }
    const member = new Member(this.#core, {
      thread: this.#open(seat),
      seat,
      pool: this.#pool,
      number,
      module: this.#source instanceof URL ? this.#source.href : undefined,
      isClosing: () => this.#closing !== undefined,
      onEnd: (ended, lastError) => {
        this.#members.delete(ended);
        if (ended.isReady && this.#closing === undefined) this.#onCrash(number, lastError);
      },
    });
    this.#members.add(member);
    member.start();
    return member.answer;
  }

  #open(seat: Seat): Thread {
    const source = this.#source;
    try {
      if (source instanceof URL) return startThread(new URL(entry, import.meta.url));
      return (
        wrapThread(source()) ?? fail('EINVAL', 'What the factory returned is not a Worker.', { argument: 'module' })
      );
    } catch (error) {
      // Nobody will ever sit there.
      declareStopped(this.#core.agent, seat.index, seat.incarnation);
      throw error;
    }
  }

  /** A worker stopped by itself: its jobs were repaired already; another one takes its place. */
  #onCrash(number: number, error: unknown): void {
    const replaced = (this.#options.replaceCrashed ?? true) && ++this.#crashes <= crashesMax * this.#count;
    if (replaced) void this.#replace(number);
    else if (this.#members.size === 0) this.#giveUp(error);
    const pool = this.#options.name ?? `pool ${this.#pool}`;
    emit(this.#space, 'crash', { pool, worker: number, error, replaced });
  }

  async #replace(number: number): Promise<void> {
    try {
      await this.#startMember(number);
      wakeAllWorkers(this.#core.agent, this.#pool);
    } catch (error) {
      // It never became ready: one more crash, until there were too many without a job done.
      if (this.#closing === undefined) this.#onCrash(number, error);
    }
  }

  #giveUp(error: unknown): void {
    const device = this.#options.name ?? `pool ${this.#pool}`;
    const sentence = `The pool '${device}' has no worker left: they stopped by themselves, and are not replaced.`;
    this.#over = new FencelineError('ENODEV', sentence, { device }, error) as FencelineError;
    this.#endJobs('EOWNERDEAD');
  }
}
