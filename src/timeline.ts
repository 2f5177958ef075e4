/**
 * Timelines for users: points promised in order and kept in order.
 *
 * Prefer `space.fence(promise)` and jobs where they do; a point that is issued and forgotten is waited for in vain until
 * its timeline is disposed of. Source: drivers/dma-buf/dma-fence.c. Here order is enforced.
 */
import { checkCallback } from './bad-input.ts';
import { disposeKey } from './base/dispose.ts';
import { codeNumber, errorNumber, FencelineError, fail, isFencelineError } from './base/errors.ts';
import { sharedNow } from './cells/clock.ts';
import type { Core } from './core.ts';
import { asOthersRead, rememberClose, rememberPoint } from './failure.ts';
import type { Point } from './fence/points.ts';
import {
  closeTimeline,
  completedOf,
  createTimeline,
  holdTimeline,
  issuedOf,
  issueUpTo,
  KEEPS_TIMES,
  signal,
  signalAt,
  signalError,
  TELLS_DEADLINES,
  TELLS_WAITS,
  type TimelineWriter,
} from './fence/timeline.ts';
import { type Hooks, serveWishes, stopWishes, type Wishes } from './fence/wishes.ts';
import { type Fence, fenceOver, pointsOfFence } from './fence.ts';
import type { Handle } from './handle.ts';
import { indexOf, registerKind } from './open.ts';
import { nameTimeline } from './point-info.ts';
import { coreOf, type Space } from './space.ts';
import { countHold, releaseTimeline } from './sync-holds.ts';
import { whenOver } from './waiting.ts';

export interface TimelineOptions {
  /** Keep when its last 24 signals were (`PointInfo.signaledAtMs`); costs a clock reading per signal. Default: false. */
  timestamps?: boolean;
  /**
   * Lazy signalling: somebody, on whatever thread, waits for points up to `upTo`. For every point that is ever waited for,
   * once, before the wait sleeps; numbers only grow. It runs from this thread's event loop, which therefore must not block
   * meanwhile; at once where this very thread begins to wait. What is over is not told (Linux: enable_signaling).
   */
  onFirstWait?: (upTo: number) => void;
  /**
   * Somebody needs this point (and all before it) by then, in milliseconds since 1970: `fence.hintDeadline`. Of one point
   * only ever earlier moments are told. Hints of this thread come at once; those of others from the event loop, where
   * several that came together are told as the earliest moment for the last point (Linux: set_deadline).
   */
  onDeadline?: (atMs: number, upTo: number) => void;
}

/** When the work was over, if the signaller knows better than the clock: milliseconds since 1970. Without `timestamps` it is not kept. */
export interface SignalOptions {
  atMs?: number;
}

/** The promising end, where it was made; a view of its progress, where its handle was opened. */
export interface Timeline extends Disposable {
  readonly label: string;
  /** The last point that was promised. */
  readonly issued: number;
  /** The last point up to which all are signalled. */
  readonly completed: number;
  /**
   * Promises the next point, or every point up to `point`: from here on it must be signalled, whatever happens
   * (contract C1). Outcomes: its fence; of a number that was issued before, that fence again. ENOSPC if more than 2^31 points would
   * be pending; EINVAL on a timeline that is closed, or of another thread.
   */
  issue(point?: number): Fence;
  /** Keeps the promise up to this fence or number, or of all issued so far. Outcomes: EINVAL if it goes backwards. */
  signal(upTo?: Fence | number, options?: SignalOptions): void;
  /** This point fails, those before it are done. Fences of this thread have the error, those of others its number. */
  fail(fence: Fence | number, error: unknown, options?: SignalOptions): void;
  /** Every point that is not signalled fails with this error, ECANCELED by default. What is known of it stays so until `dispose`. */
  close(error?: unknown, options?: SignalOptions): void;
  readonly handle: Handle<Timeline>;
  /** The completed number, now and whenever it grew; ends when the timeline is closed. */
  [Symbol.asyncIterator](): AsyncIterator<number>;
  /** Closes it; what is not held by others may be forgotten from here on. */
  dispose(): void;
}

/** Makes a timeline that this thread issues and signals. Outcomes: the timeline, ENOSPC, or EINVAL (a hook is no function). */
export function timeline(space: Space, label: string, options: TimelineOptions = {}): Timeline {
  const core = coreOf(space);
  const { timestamps = false, onFirstWait, onDeadline } = options;
  if (onFirstWait !== undefined) checkCallback(onFirstWait, 'onFirstWait');
  if (onDeadline !== undefined) checkCallback(onDeadline, 'onDeadline');
  const waits = onFirstWait === undefined ? 0 : TELLS_WAITS;
  const deadlines = onDeadline === undefined ? 0 : TELLS_DEADLINES;
  const writer = createTimeline(core.agent, (timestamps ? KEEPS_TIMES : 0) | waits | deadlines);
  countHold(core, `timeline ${writer.timeline}`);
  const line = new OwnTimeline(core, label, writer, timestamps);
  if (waits + deadlines > 0) line.serve(onFirstWait, onDeadline);
  return line;
}

class TimelineView {
  readonly label: string;
  readonly core: Core;
  readonly timeline: number;
  readonly generation: number;
  protected isDisposed = false;
  #last: Progress = { issued: 0, completed: 0 };

  constructor(core: Core, label: string, at: number, generation: number) {
    this.core = core;
    this.label = label;
    this.timeline = at;
    this.generation = generation;
    nameTimeline(core, this, label);
  }

  get issued(): number {
    return this.#progress().issued;
  }

  get completed(): number {
    return this.#progress().completed;
  }

  get handle(): Handle<Timeline> {
    const { timeline: at, generation, label } = this;
    return {
      kind: 'fenceline.timeline',
      space: this.core.data.id,
      timeline: at,
      generation,
      label,
    } as Handle<Timeline>;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, void> {
    const { agent } = this.core;
    for (let seen = completedOf(agent, this.timeline); !this.isDisposed; ) {
      yield seen;
      const fence = fenceOver(this.core, [this.point(seen + 1)], this.label);
      await whenOver(this.core, [this.point(seen + 1)]);
      // Over without having been reached: closed.
      if (completedOf(agent, this.timeline) <= seen || fence.error?.code === 'EUNKNOWN') return;
      seen = completedOf(agent, this.timeline);
    }
  }

  issue(_point?: number): Fence {
    return this.refuse('issue');
  }

  signal(_upTo?: Fence | number, _options?: SignalOptions): void {
    this.refuse('signal');
  }

  fail(_fence: Fence | number, _error: unknown, _options?: SignalOptions): void {
    this.refuse('fail');
  }

  close(_error?: unknown, _options?: SignalOptions): void {
    this.refuse('close');
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.#last = this.#progress();
    this.isDisposed = true;
    releaseTimeline(this.core, this.timeline);
  }

  [disposeKey](): void {
    this.dispose();
  }

  /** Once it is not held, its slot may be another's. */
  #progress(): Progress {
    const { agent } = this.core;
    if (this.isDisposed || this.core.isClosed) return this.#last;
    this.#last = { issued: issuedOf(agent, this.timeline), completed: completedOf(agent, this.timeline) };
    return this.#last;
  }

  protected point(seqno: number): Point {
    return { timeline: this.timeline, generation: this.generation, seqno };
  }

  protected refuse(what: string): never {
    return fail(
      'EINVAL',
      `Timeline '${this.label}' was not made by this thread, which therefore may not ${what} on it.`,
      {
        argument: what,
      },
    );
  }
}

class OwnTimeline extends TimelineView implements Timeline {
  readonly #writer: TimelineWriter;
  readonly #keepsTimes: boolean;
  #isOver = false;
  #wishes: Wishes | undefined;

  constructor(core: Core, label: string, writer: TimelineWriter, keepsTimes: boolean) {
    super(core, label, writer.timeline, writer.generation);
    this.#writer = writer;
    this.#keepsTimes = keepsTimes;
  }

  /** Tells what is waited for from now on. */
  serve(onFirstWait: TimelineOptions['onFirstWait'], onDeadline: TimelineOptions['onDeadline']): void {
    const { core } = this;
    const told = onDeadline === undefined ? undefined : new EarliestDeadlines(this.#writer, onDeadline);
    const hooks: Hooks = {
      onWanted: onFirstWait && ((upTo) => (core.isClosed ? undefined : onFirstWait(upTo))),
      onDeadline: told && ((atMs, upTo) => (core.isClosed ? undefined : told.tell(atMs, upTo))),
      originMs: core.data.createdAt,
    };
    this.#wishes = serveWishes(core.agent, this.#writer, hooks);
  }

  override issue(point: number = this.#writer.issued + 1): Fence {
    this.#check();
    checkPoint(point);
    if (point > this.#writer.issued) issueUpTo(this.core.agent, this.#writer, point);
    return fenceOver(this.core, [this.point(point)], `${this.label} ${point}`);
  }

  override signal(upTo?: Fence | number, options?: SignalOptions): void {
    this.#check();
    const writer = this.#writer;
    const seqno = upTo === undefined ? writer.issued : this.#seqnoOf(upTo);
    if (upTo === undefined && seqno === writer.completed) return;
    const atMs = this.#momentOf(options);
    if (atMs === undefined) signal(this.core.agent, writer, seqno);
    else signalAt(this.core.agent, writer, seqno, atMs);
  }

  override fail(fence: Fence | number, error: unknown, options?: SignalOptions): void {
    this.#check();
    const seqno = this.#seqnoOf(fence);
    const failure = toError(error, `${this.label} ${seqno}`);
    signalError(this.core.agent, this.#writer, seqno, errorNumber(failure), this.#momentOf(options));
    rememberPoint(this.core, this.point(seqno), failure);
  }

  override close(error?: unknown, options?: SignalOptions): void {
    if (this.isDisposed || this.#isOver || this.core.isClosed) return;
    const atMs = this.#momentOf(options);
    this.#isOver = true;
    if (this.#wishes !== undefined) stopWishes(this.core.agent, this.#wishes);
    const failure = error === undefined ? undefined : toError(error, this.label);
    if (failure !== undefined) rememberClose(this.core, this, failure);
    const code = failure === undefined ? codeNumber('ECANCELED') : errorNumber(failure);
    closeTimeline(this.core.agent, this.timeline, this.generation, code, atMs);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.close();
    super.dispose();
  }

  /** Undefined where times are not kept. */
  #momentOf(options: SignalOptions | undefined): number | undefined {
    const atMs = options?.atMs;
    if (atMs !== undefined && !Number.isFinite(atMs)) {
      fail('EINVAL', `The moment (${atMs}) is not a number of milliseconds since 1970.`, { argument: 'atMs' });
    }
    return this.#keepsTimes ? (atMs ?? sharedNow()) : undefined;
  }

  #seqnoOf(fence: Fence | number): number {
    if (typeof fence === 'number') return checkPoint(fence);
    const points = pointsOfFence(fence, this.core);
    const [only] = points;
    if (points.length === 1 && only?.timeline === this.timeline && only.generation === this.generation)
      return only.seqno;
    return fail('EINVAL', `The fence is not a point of timeline '${this.label}'.`, { argument: 'upTo' });
  }

  #check(): void {
    if (this.core.isClosed || this.isDisposed || this.#isOver) {
      const what = this.core.isClosed || this.isDisposed ? 'disposed' : 'closed';
      fail('EINVAL', `Timeline '${this.label}' is ${what}.`, { argument: 'timeline' });
    }
  }
}

/** Tells of each point only what is earlier than what was told of it before. */
class EarliestDeadlines {
  readonly #writer: TimelineWriter;
  readonly #onDeadline: (atMs: number, upTo: number) => void;
  /** Of pending points; those that are over go when there are many. */
  readonly #told: Map<number, number> = new Map();
  #manyAt = 64;

  constructor(writer: TimelineWriter, onDeadline: (atMs: number, upTo: number) => void) {
    this.#writer = writer;
    this.#onDeadline = onDeadline;
  }

  tell(atMs: number, upTo: number): void {
    if ((this.#told.get(upTo) ?? Number.POSITIVE_INFINITY) <= atMs) return;
    if (this.#told.size >= this.#manyAt) {
      for (const point of this.#told.keys()) if (point <= this.#writer.completed) this.#told.delete(point);
      this.#manyAt = Math.max(64, this.#told.size * 2);
    }
    this.#told.set(upTo, atMs);
    this.#onDeadline(atMs, upTo);
  }
}

interface Progress {
  readonly issued: number;
  readonly completed: number;
}

function checkPoint(point: number): number {
  if (Number.isSafeInteger(point) && point >= 0) return point;
  return fail('EINVAL', `The point (${point}) is not a whole number from 0 to 2^53 - 1.`, { argument: 'point' });
}

function toError(reason: unknown, label: string): FencelineError {
  if (isFencelineError(reason)) return asOthersRead(reason, label);
  const message = reason instanceof Error ? reason.message : String(reason);
  const details = { job: label, kernel: 'timeline', worker: -1 };
  return new FencelineError('EKERNEL', `The work of ${label} failed: ${message}`, details, reason) as FencelineError;
}

registerKind('fenceline.timeline', (core, fields) => {
  const at = indexOf(fields.timeline, core.agent.layout.limits.timelines, 'timeline');
  const generation = indexOf(fields.generation, 2 ** 22, 'generation');
  if (!holdTimeline(core.agent, at, generation)) {
    throw new FencelineError('ENOENT', 'The timeline of this handle is gone.', { kind: 'timeline' });
  }
  countHold(core, `timeline ${at}`);
  return new TimelineView(core, String(fields.label), at, generation);
});
