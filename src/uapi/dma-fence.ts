/**
 * Fences as drivers use them inside the kernel (Linux: dma-fence.c, dma-fence-array.c, dma-fence-unwrap.c), as far as the
 * library promises the same: the numbers of a context grow, and are signalled in that order.
 */
import { Fence, type PointInfo, type Space } from '../index.ts';
import { type Timeline, timeline } from '../sync.ts';
import { errnoOf, failureOfErrno } from './errno.ts';
import { letGo } from './let-go.ts';
import { statusOf } from './sync-file.ts';

/** The numbers of one context, of which one driver signals one after the other. */
export interface FenceContext {
  readonly timeline: Timeline;
  /** What was made of it, by number. */
  readonly fences: Map<number, DmaFence>;
}

/** Every context of a space that a driver made, by the label of its timeline. */
export class FenceContexts {
  readonly space: Space;
  readonly #byLabel: Map<string, FenceContext> = new Map();

  constructor(space: Space) {
    this.space = space;
  }

  /** dma_fence_context_alloc. */
  allocate(): FenceContext {
    const label = `context ${this.#byLabel.size + 1}`;
    const context: FenceContext = { timeline: timeline(this.space, label), fences: new Map() };
    this.#byLabel.set(label, context);
    return context;
  }

  /** The fence that a point of the library stands for. */
  fenceAt(point: PointInfo): DmaFence | undefined {
    return this.#byLabel.get(point.timeline)?.fences.get(point.seqno);
  }
}

/** A plain fence, an array of them, or the stub. */
export interface DmaFence {
  readonly kind: 'fence' | 'array' | 'stub';
  readonly fence: Fence<unknown>;
  /** Of a plain fence. */
  readonly context: FenceContext | undefined;
  readonly seqno: number;
  /** The error that it will fail with, set before it is signalled. */
  error: number;
  /** Of an array: its fences. */
  readonly members: readonly DmaFence[];
  /** Whether anybody asked to be told. Until then an array of Linux does not hear of its members' errors. */
  isEnabled: boolean;
}

const noEntry = -errnoOf('ENOENT');

/** dma_fence_init. Context: the numbers of a context grow. */
export function initFence(context: FenceContext, seqno: number): DmaFence {
  const fence = context.timeline.issue(seqno);
  const made: DmaFence = { kind: 'fence', fence, context, seqno, error: 0, members: [], isEnabled: false };
  context.fences.set(seqno, made);
  return made;
}

/** dma_fence_set_error, with a positive error number. Context: before it is signalled. */
export function setError(fence: DmaFence, errno: number): void {
  fence.error = errno;
}

/** dma_fence_signal. Outcomes: 0; -EINVAL if it was signalled. */
export function signalFence(fence: DmaFence): number {
  const { context, seqno, error } = fence;
  if (context === undefined || context.timeline.completed >= seqno) return -errnoOf('EINVAL');
  if (error === 0) context.timeline.signal(seqno);
  else context.timeline.fail(seqno, failureOfErrno(error));
  return 0;
}

/** dma_fence_get_status: 0, 1, or a negative error number. */
export function getStatus({ fence }: DmaFence): number {
  return statusOf(fence);
}

/** dma_fence_is_signaled. */
export function isSignaled({ fence }: DmaFence): boolean {
  return fence.status !== 'pending';
}

/** dma_fence_add_callback. Outcomes: what removes it; or -ENOENT if the fence is signalled, and nothing will be called. */
export function addCallback(fence: DmaFence, fn: () => void): FenceCallback | number {
  if (isSignaled(fence)) return noEntry;
  fence.isEnabled = true;
  return new FenceCallback(fence.fence, fn);
}

export class FenceCallback {
  readonly #listener: Disposable;
  #hasRun = false;

  constructor(fence: Fence<unknown>, fn: () => void) {
    this.#listener = fence.onSettled(() => {
      this.#hasRun = true;
      fn();
    });
  }

  /** dma_fence_remove_callback. Outcomes: false if it has run. */
  remove(): boolean {
    if (this.#hasRun) return false;
    letGo(this.#listener);
    return true;
  }
}

/** dma_fence_wait_timeout with no time left: 1 if it is signalled, else 0. It asks to be told before it looks. */
export function pollFence(fence: DmaFence): number {
  if (!isSignaled(fence)) fence.isEnabled = true;
  return isSignaled(fence) ? 1 : 0;
}

/** dma_fence_wait_any_timeout with no time left. Outcomes: the index of the first that is signalled, or -1. */
export function pollAny(fences: readonly DmaFence[]): number {
  return fences.findIndex(isSignaled);
}

/** dma_fence_unwrap_for_each: the fences that it consists of. */
export function unwrap(fence: DmaFence): readonly DmaFence[] {
  return fence.kind === 'array' ? fence.members : [fence];
}

/** dma_fence_unwrap_merge: what is signalled is left out, and of one context the later stays. */
export function mergeFences(contexts: FenceContexts, fences: readonly DmaFence[]): DmaFence {
  const pending = fences.flatMap(unwrap).filter((leaf) => !isSignaled(leaf));
  if (pending.length === 0) return stub(contexts.space);
  const { points } = Fence.all(pending.map((leaf) => leaf.fence));
  // Points of one timeline stand together, the last one last.
  const latest = points.filter(({ timeline }, index) => points[index + 1]?.timeline !== timeline);
  const members = latest.flatMap((point) => contexts.fenceAt(point) ?? []);
  const [only] = members;
  if (only !== undefined && members.length === 1) return only;
  // Of those that a later one stands for, the errors are forgotten too.
  const fence = Fence.all(members.map((member) => member.fence));
  return { kind: 'array', fence, context: undefined, seqno: 1, error: 0, members, isEnabled: false };
}

/** dma_fence_get_stub. */
export function stub(space: Space): DmaFence {
  const fence = Fence.over(space);
  return { kind: 'stub', fence, context: undefined, seqno: 0, error: 0, members: [], isEnabled: false };
}
