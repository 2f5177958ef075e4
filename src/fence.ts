/**
 * Fence: "done" or "failed", as a value.
 *
 * Points underneath (fence/points.ts), so it is cheap, can be merged and posted, and keeps nothing alive. Not thenable
 * on purpose: it may leave an async function without being waited for. A Job is a Fence with a result (job.ts).
 * Source: dma_fence, dma_fence_array, sync_file. Here merging takes the maximum and cannot nest.
 */

import { checkCallback, listOf } from './bad-input.ts';
import { assert } from './base/assert.ts';
import { disposeKey } from './base/dispose.ts';
import type { FencelineError } from './base/errors.ts';
import { errorNumber, fail } from './base/errors.ts';
import type { Core } from './core.ts';
import { hintDeadline } from './deadlines.ts';
import { asOthersRead, failureOf, rememberPoint } from './failure.ts';
import type { Points } from './fence/points.ts';
import { comparePoints, DONE, failedPoint, mergePoints, PENDING, pointStatus, pointsStatus } from './fence/points.ts';
import { relayFirst } from './fence/relay.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';
import { wantOwn } from './fence/wishes.ts';
import { followSignal } from './follow-signal.ts';
import type { Handle } from './handle.ts';
import { takeMakers } from './makers.ts';
import { type PointInfo, pointInfo } from './point-info.ts';
import { describePoints, whoOwes } from './report.ts';
import { runSoon } from './run-soon.ts';
import type { Space } from './space.ts';
import { holdPoints } from './sync-holds.ts';
import type { WaitOptions } from './waiting.ts';
import { blockUntilOver, deadlineOf, isOwedHere, noteWait, refuseTime, whenOver } from './waiting.ts';

/** What became of it. A time-out of `settled` is pending. */
export type Outcome<R> =
  | { status: 'done'; value: R }
  | { status: 'failed'; error: FencelineError }
  | { status: 'pending' };

/** The fence of a call: it has a result, and can be stopped. */
export interface Job<R = void> extends Fence<R> {
  readonly label: string;
  /** Asks the job to stop; it fails with ECANCELED unless it was over. A running kernel sees `job.cancelled`. */
  cancel(reason?: unknown): void;
}

/** Where the outcome comes from once no point is pending: the points alone, or the job behind them. */
export type OutcomeSource<R> = () => Exclude<Outcome<R>, { status: 'pending' }>;

/** The points of a fence of this space. Outcomes: the points, or EINVAL. */
export let pointsOfFence: (fence: Fence<unknown>, core: Core) => Points;
/** The space of a fence. Outcomes: the core; EINVAL if it is no fence, or of no space because it has no points. */
export let coreOfFence: (fence: Fence<unknown>) => Core;
/** A fence over points, with what becomes of it if the points alone do not say. */
export let fenceOver: <R = void>(core: Core, points: Points, label: string, source?: OutcomeSource<R>) => Fence<R>;

export class Fence<R = void> {
  /** Undefined only for a fence of no points, which is over. */
  readonly #core: Core | undefined;
  readonly #points: Points;
  readonly #label: string;
  readonly #source: OutcomeSource<R> | undefined;
  #outcome: Exclude<Outcome<R>, { status: 'pending' }> | undefined;
  /** Of a merge, the fences of this thread that know more of their errors than the points do. They decide nothing. */
  #parts: readonly Fence<unknown>[] = [];
  #abort: AbortSignal | undefined;
  #target: EventTarget | undefined;

  /** Made by the library: by calling a kernel, `space.fence`, `timeline.issue`, `Fence.all`, `space.open`. */
  protected constructor(core: Core | undefined, points: Points, label: string, source?: OutcomeSource<R>) {
    this.#core = core;
    this.#points = points;
    this.#label = label;
    this.#source = source;
  }

  /** Looking never throws and never waits. */
  get status(): 'pending' | 'done' | 'failed' {
    return this.#look()?.status ?? 'pending';
  }

  /** Why it failed; undefined while it is pending or if it is done. */
  get error(): FencelineError | undefined {
    const outcome = this.#look();
    return outcome?.status === 'failed' ? outcome.error : undefined;
  }

  /** Its points, in order; empty if it was over from the start. Looking never throws and never waits. */
  get points(): readonly PointInfo[] {
    return this.#pointInfos();
  }

  /**
   * Outcomes: resolves with the result; rejects with the work's error, with ETIME when the time is up (nothing is
   * cancelled), or with the signal's reason. Keeps the process alive meanwhile.
   */
  async wait(options: WaitOptions = {}): Promise<R> {
    const outcome = await this.settled(options);
    if (outcome.status === 'done') return outcome.value;
    if (outcome.status === 'failed') throw outcome.error;
    return refuseTime(options.timeoutMs, this.#label, whoOwes(this.#home(), this.#points));
  }

  /** Outcomes: resolves with what became of it, pending when the time is up; rejects only with the signal's reason. */
  async settled(options: WaitOptions = {}): Promise<Outcome<R>> {
    this.asked();
    options.signal?.throwIfAborted();
    noteWait(this.#core, options.timeoutMs, false);
    if (this.#look() === undefined) {
      const core = this.#home();
      wantOwn(core.agent, this.#points);
      // Whoever waits learns the outcome, whatever becomes of the timelines meanwhile.
      const hold = holdPoints(core, this.#points);
      try {
        await whenOver(core, this.#points, options);
        this.#look();
      } finally {
        hold[disposeKey]();
      }
    }
    return this.#look() ?? { status: 'pending' };
  }

  /**
   * Blocks this thread. Outcomes: the result; throws the work's error, ETIME, or EDEADLK where this thread may not block
   * or is the one that has to signal it.
   */
  waitSync(options: { timeoutMs?: number } = {}): R {
    this.asked();
    noteWait(this.#core, options.timeoutMs, true);
    if (this.#look() === undefined) {
      const core = this.#home();
      const deadline = deadlineOf(options.timeoutMs);
      if (!core.canBlock) this.#refuseBlocking('this thread may not block');
      wantOwn(core.agent, this.#points);
      const isOwed = (points: Points): boolean => isOwedHere(core, points);
      const hold = holdPoints(core, this.#points);
      try {
        if (isOwed(this.#points) || !blockUntilOver(core, this.#points, deadline, isOwed)) {
          this.#refuseBlocking('this thread is the one that has to signal it');
        }
        this.#look();
      } finally {
        hold[disposeKey]();
      }
    }
    const outcome = this.#look();
    if (outcome === undefined) return refuseTime(options.timeoutMs, this.#label, whoOwes(this.#home(), this.#points));
    if (outcome.status === 'failed') throw outcome.error;
    return outcome.value;
  }

  /** Calls `fn` once, on this thread, outside every lock, after it is over; disposing before that prevents it. */
  onSettled(fn: (fence: this) => void): Disposable {
    checkCallback(fn, 'fn');
    this.asked();
    if (this.#core === undefined) return runSoon(() => fn(this));
    wantOwn(this.#core.agent, this.#points);
    const hold = holdPoints(this.#core, this.#points);
    const waiter = watchPoints(this.#core.agent, this.#points, () => {
      this.#look();
      hold[disposeKey]();
      fn(this);
    });
    return {
      [disposeKey]: () => {
        cancelWatch(waiter);
        hold[disposeKey]();
      },
    };
  }

  /**
   * A hint: somebody needs it by then, in milliseconds since 1970. The earliest reaches whoever signals (`onDeadline` of
   * its timeline), through merges too; whoever does not care is not told. Outcomes: nothing, or EINVAL (no number).
   */
  hintDeadline(atMs: number): void {
    if (!Number.isFinite(atMs)) {
      fail('EINVAL', `The deadline (${atMs}) is not a number of milliseconds since 1970.`, { argument: 'atMs' });
    }
    if (this.#core !== undefined) hintDeadline(this.#core, this.#points, atMs);
  }

  /**
   * Aborts when it is over: with its error, or, once it is done, with an AbortError that says so. The same signal each
   * time. It does not keep the process alive.
   */
  abortSignal(): AbortSignal {
    this.asked();
    if (this.#abort === undefined) {
      const abort = new AbortController();
      const end = (): void => abort.abort(this.error ?? new DOMException(`${this.#label} is done.`, 'AbortError'));
      if (this.status === 'pending') this.onSettled(end);
      else end();
      this.#abort = abort.signal;
    }
    return this.#abort;
  }

  /** Dispatches 'settled' once, as `onSettled` calls: also if it was over before. The same target each time. */
  eventTarget(): EventTarget {
    if (this.#target === undefined) {
      const target = new EventTarget();
      this.onSettled(() => target.dispatchEvent(new Event('settled')));
      this.#target = target;
    }
    return this.#target;
  }

  /** One line for people: label, status, points, who owes what is pending. */
  describe(): string {
    const core = this.#core;
    const points = core === undefined || this.#points.length === 0 ? '' : `: ${describePoints(core, this.#points)}`;
    const { error } = this;
    return `Fence '${this.#label}' is ${this.status}${error === undefined ? '' : ` (${error.code})`}${points}`;
  }

  /**
   * Keeps what it says from being forgotten after its timelines are closed, until disposed of; for as long, at most, as
   * this thread is in the space. What is forgotten already stays unknown.
   */
  hold(): Disposable {
    this.asked();
    return this.#core === undefined ? { [disposeKey]: () => {} } : holdPoints(this.#core, this.#points);
  }

  /**
   * Plain data to post; `space.open` makes a fence of it, which says whether the work is done or why not. A job's result
   * stays with the thread that submitted it: the `wait` of what is opened resolves with undefined.
   */
  get handle(): Handle<Fence<R>> {
    this.asked();
    return { kind: 'fenceline.fence', space: this.#core?.data.id, points: this.#points, label: this.#label } as Handle<
      Fence<R>
    >;
  }

  /**
   * Over from the start, failed if an error is given. The error's number is in the fence itself: others read it back
   * as exactly, for ever; its words are this thread's.
   */
  static over(space: Space, error?: FencelineError): Fence {
    const core = takeMakers().coreOf(space);
    if (error === undefined) return new Fence<void>(core, [], 'over');
    const point = failedPoint(core.agent, errorNumber(error), ++stubsMade);
    rememberPoint(core, point, asOthersRead(error, 'a fence'));
    return new Fence<void>(core, [point], 'over');
  }

  /** Over when all are, failed if one is; a value. Of one timeline's pending points the last 65 count (C25). Of none: done. */
  static all(fences: Iterable<Fence<unknown>>): Fence {
    const list = Fence.#listOf(fences);
    // Fences of no points are over, in every space.
    const first = list.find((fence) => fence.#core !== undefined);
    if (first === undefined) return new Fence<void>(undefined, [], 'all', () => ({ status: 'done', value: undefined }));
    for (const fence of list) {
      if (fence.#core !== first.#core && fence.#points.length > 0) {
        fail('EINVAL', `Fence '${fence.#label}' is of another space than '${first.#label}'.`, { argument: 'fences' });
      }
    }
    const sets = list.map((fence) => fence.#points);
    const all = new Fence<void>(first.#core, mergePoints(first.#home().agent, sets), 'all');
    // Flat, whatever was merged before: nothing is looked through, and nothing that is done is kept alive.
    all.#parts = list
      .flatMap((fence): readonly Fence<unknown>[] => (fence.#source === undefined ? fence.#parts : [fence]))
      .filter((fence) => fence.#look()?.status !== 'done');
    return all;
  }

  /**
   * A fence that is over as soon as one of them is, with its outcome. This thread relays it: if it stops first, the fence
   * fails with EOWNERDEAD. To wait for the first alone, `race` needs no relay. Outcomes: the fence; of one that is over
   * already a copy; throws EINVAL (no fences, another space), ENOSPC (jobs: it takes a slot until it is over).
   */
  static any(space: Space, fences: Iterable<Fence<unknown>>, label: string = 'any'): Fence {
    const makers = takeMakers();
    const core = makers.coreOf(space);
    const list = Fence.#listOf(fences);
    if (list.length === 0) fail('EINVAL', 'Fence.any of no fences (0) would never end.', { argument: 'fences' });
    const sets = list.map((fence) => pointsOfFence(fence, core));
    const first = list.find((fence) => fence.#look() !== undefined);
    if (first !== undefined) return first.#copy(label);
    const promise = makers.promise(core, label);
    const holds = sets.map((points) => holdPoints(core, points));
    for (const points of sets) wantOwn(core.agent, points);
    relayFirst(core.agent, sets, (_agent, index) => {
      const error = list[index]?.error;
      for (const hold of holds) hold[disposeKey]();
      promise.end(error);
    });
    return promise.fence;
  }

  /** Outcomes: resolves with the index of the first that is over; rejects with ETIME or the signal's reason. */
  static async race(fences: Iterable<Fence<unknown>>, options: WaitOptions = {}): Promise<number> {
    const list = Fence.#listOf(fences);
    if (list.length === 0) fail('EINVAL', 'Fence.race of no fences (0) would never end.', { argument: 'fences' });
    const stop = followSignal(options.signal);
    const { signal } = stop;
    try {
      return await Promise.race(
        list.map(async (fence, index) => {
          const isOver =
            fence.#look() !== undefined || (await whenOver(fence.#home(), fence.#points, { ...options, signal }));
          return isOver ? index : refuseTime(options.timeoutMs, 'the first of several fences');
        }),
      );
    } finally {
      stop.letGo();
      stop.abort();
    }
  }

  /** Fences that somebody asks about. Outcomes: the list, or EINVAL. */
  static #listOf(fences: Iterable<Fence<unknown>>): readonly Fence<unknown>[] {
    const list = listOf(fences, 'fences');
    for (const fence of list) {
      if (!(fence instanceof Fence))
        fail('EINVAL', `One of the fences (${typeof fence}) is none.`, { argument: 'fences' });
      fence.asked();
    }
    return list;
  }

  /** Somebody wants to know how it ends. A job then needs no `unobserved` event. */
  protected asked(): void {}

  #look(): Exclude<Outcome<R>, { status: 'pending' }> | undefined {
    this.#outcome ??= this.#resolve();
    return this.#outcome;
  }

  #resolve(): Exclude<Outcome<R>, { status: 'pending' }> | undefined {
    const core = this.#core;
    if (core === undefined) return this.#source?.();
    const { agent } = core;
    const status = pointsStatus(agent, this.#points);
    if (status === PENDING) return undefined;
    if (this.#source !== undefined) return this.#source();
    // Without a source there is no result: R is void.
    if (status === DONE) return { status: 'done', value: undefined as R };
    const found = this.#points.find((point) => pointStatus(agent, point) === status);
    // Some point has that status, or they would not have it together; unless it was forgotten between the two looks.
    const failed = found ?? (this.#points[0] as Points[number]);
    return { status: 'failed', error: this.#errorOfPart(failed) ?? failureOf(core, failed, status, this.#label) };
  }

  #errorOfPart(failed: Points[number]): FencelineError | undefined {
    const part = this.#parts.find((one) => one.#points.some((point) => comparePoints(point, failed) === 0));
    const outcome = part === undefined ? undefined : part.#look();
    return outcome?.status === 'failed' ? outcome.error : undefined;
  }

  /** The same without a result. */
  #copy(label: string): Fence {
    return new Fence<void>(this.#core, this.#points, label, () => {
      const outcome = this.#look();
      return outcome?.status === 'failed' ? outcome : { status: 'done', value: undefined };
    });
  }

  #pointInfos(): readonly PointInfo[] {
    return this.#points.map((point) => pointInfo(this.#home(), point));
  }

  #home(): Core {
    const core = this.#core;
    assert(core !== undefined, 'A fence that has points has a space.');
    return core;
  }

  #refuseBlocking(why: string): never {
    fail('EDEADLK', `Waiting for ${this.#label} here would never end: ${why}. Hint: await its wait() instead.`, {
      cycle: [this.#label, 'this thread', this.#label],
    });
  }

  static {
    pointsOfFence = (fence, core) => {
      if (typeof fence !== 'object' || fence === null || !(#points in fence)) {
        fail('EINVAL', `The fence (${typeof fence}) is not a fence of this library.`, { argument: 'fence' });
      }
      if (fence.#core !== core && fence.#points.length > 0) {
        fail('EINVAL', `Fence '${fence.#label}' is of another space.`, { argument: 'fence' });
      }
      fence.asked();
      return fence.#points;
    };
    coreOfFence = (fence) => {
      if (typeof fence === 'object' && fence !== null && #core in fence && fence.#core !== undefined)
        return fence.#core;
      return fail('EINVAL', `The fence (${typeof fence}) is not one of a space.`, { argument: 'fence' });
    };
    fenceOver = (core, points, label, source) => new Fence(core, points, label, source);
  }
}

/** Points that failed from the start are told apart by number, for their words. */
let stubsMade = 0;
