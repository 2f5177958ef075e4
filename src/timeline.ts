/**
 * Timelines for users: points promised in order and kept in order.
 *
 * Prefer `space.fence(promise)` and jobs where they do; a point that is issued and forgotten is waited for in vain until
 * its timeline is disposed of. Source: drivers/dma-buf/dma-fence.c. Here order is enforced.
 */
import { disposeKey } from './base/dispose.ts';
import { codeNumber, FencelineError, fail, isFencelineError } from './base/errors.ts';
import type { Core } from './core.ts';
import { rememberPoint } from './failure.ts';
import type { Point } from './fence/points.ts';
import {
  closeTimeline,
  completedOf,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  signal,
  signalError,
  type TimelineWriter,
} from './fence/timeline.ts';
import { type Fence, fenceOver, pointsOfFence } from './fence.ts';
import type { Handle } from './handle.ts';
import { indexOf, registerKind } from './open.ts';
import { coreOf, type Space } from './space.ts';
import { countHold, releaseHold } from './sync-holds.ts';
import { whenOver } from './waiting.ts';

/** The promising end, where it was made; a view of its progress, where its handle was opened. */
export interface Timeline extends Disposable {
  readonly label: string;
  /** Promises the next point: from here on it must be signalled, whatever happens (contract C1). */
  issue(): Fence;
  /** Keeps the promise up to this fence, or of all issued so far. Outcomes: EINVAL if it goes backwards. */
  signal(upTo?: Fence): void;
  /** This fence fails, those before it are done. Fences of this thread have the error, those of others its code. */
  fail(fence: Fence, error: unknown): void;
  readonly handle: Handle<Timeline>;
  /** The completed number, now and whenever it grew; ends when the timeline is closed. */
  [Symbol.asyncIterator](): AsyncIterator<number>;
  /** What was issued and not signalled fails with ECANCELED. */
  dispose(): void;
}

/** Makes a timeline that this thread issues and signals. Outcomes: the timeline, or ENOSPC. */
export function timeline(space: Space, label: string): Timeline {
  const core = coreOf(space);
  const writer = createTimeline(core.agent);
  countHold(core, `timeline ${writer.timeline}`);
  return new OwnTimeline(core, label, writer);
}

class TimelineView {
  readonly label: string;
  readonly core: Core;
  readonly timeline: number;
  readonly generation: number;
  protected isDisposed = false;

  constructor(core: Core, label: string, at: number, generation: number) {
    this.core = core;
    this.label = label;
    this.timeline = at;
    this.generation = generation;
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

  issue(): Fence {
    return this.refuse('issue');
  }

  signal(_upTo?: Fence): void {
    this.refuse('signal');
  }

  fail(_fence: Fence, _error: unknown): void {
    this.refuse('fail');
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    if (!releaseHold(this.core, `timeline ${this.timeline}`)) return;
    dropTimeline(this.core.agent, this.timeline, this.core.agent.index);
  }

  [disposeKey](): void {
    this.dispose();
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

  constructor(core: Core, label: string, writer: TimelineWriter) {
    super(core, label, writer.timeline, writer.generation);
    this.#writer = writer;
  }

  override issue(): Fence {
    this.#check();
    const seqno = issue(this.core.agent, this.#writer);
    return fenceOver(this.core, [this.point(seqno)], `${this.label} ${seqno}`);
  }

  override signal(upTo?: Fence): void {
    this.#check();
    const seqno = upTo === undefined ? this.#writer.issued : this.#seqnoOf(upTo);
    if (upTo === undefined && seqno === this.#writer.completed) return;
    signal(this.core.agent, this.#writer, seqno);
  }

  override fail(fence: Fence, error: unknown): void {
    this.#check();
    const seqno = this.#seqnoOf(fence);
    const failure = isFencelineError(error) ? error : toError(error, `${this.label} ${seqno}`);
    signalError(this.core.agent, this.#writer, seqno, codeNumber(failure.code));
    rememberPoint(this.core, this.point(seqno), failure);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    closeTimeline(this.core.agent, this.timeline, this.generation, codeNumber('ECANCELED'));
    super.dispose();
  }

  #seqnoOf(fence: Fence): number {
    const points = pointsOfFence(fence, this.core);
    const [only] = points;
    if (points.length === 1 && only?.timeline === this.timeline && only.generation === this.generation)
      return only.seqno;
    return fail('EINVAL', `The fence is not a point of timeline '${this.label}'.`, { argument: 'upTo' });
  }

  #check(): void {
    if (this.core.isClosed || this.isDisposed) {
      fail('EINVAL', `Timeline '${this.label}' is disposed.`, { argument: 'timeline' });
    }
  }
}

function toError(reason: unknown, label: string): FencelineError {
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
