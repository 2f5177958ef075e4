/**
 * What code is for, told to the lock validator; without it (`debug: { validateLocks: true }`) these only run `fn`.
 *
 * A section is what `fn` does before it returns; of an async function, what it does before its first `await`: after that
 * other code of this thread runs in between, and nothing tells the two apart. Source: include/linux/dma-fence.h,
 * dma_fence_begin_signalling; fs_reclaim_acquire, memalloc_nofs_save in include/linux/sched/mm.h; might_alloc.
 */
import {
  ATOMIC,
  beforeAllocation,
  enterSection,
  type LockOrder,
  leaveSection,
  NO_RECLAIM,
  orderOf,
  RECLAIMING,
  SIGNALLING,
} from './lock/validator.ts';
import { coreOf, type Space } from './space.ts';

/**
 * `fn` is on the way to a signal (C2): a lock it takes must not be one that anybody holds while it waits for a fence, and
 * it neither waits for a fence nor allocates. Outcomes: what `fn` returns.
 */
export function signalling<R>(space: Space, fn: () => R): R {
  return within(space, SIGNALLING, fn);
}

/** `fn` makes room in memory, on behalf of whoever allocates: it may try locks, and waits for none. Outcomes: what `fn` returns. */
export function reclaim<R>(space: Space, fn: () => R): R {
  return within(space, RECLAIMING, fn);
}

/** `fn` must not wait for anything: no lock, no fence, no memory. Outcomes: what `fn` returns. */
export function atomic<R>(space: Space, fn: () => R): R {
  return within(space, ATOMIC, fn);
}

/** What `fn` allocates makes nobody give up memory (Linux: GFP_NOFS): it may be on the way to room. Outcomes: what `fn` returns. */
export function withoutReclaim<R>(space: Space, fn: () => R): R {
  return within(space, NO_RECLAIM, fn);
}

/** Code of one's own allocates here, or may do so: room may have to be made for it. Locks that this thread holds are held meanwhile. */
export function mightAllocate(space: Space): void {
  beforeAllocation(coreOf(space).agent, -1, true);
}

/** The order that all threads of the space have learnt by now, as a table for `debug.lockOrder`. Outcomes: it; empty if nothing was validated. */
export function lockOrder(space: Space): LockOrder {
  return orderOf(coreOf(space).agent);
}

function within<R>(space: Space, kind: number, fn: () => R): R {
  const { agent } = coreOf(space);
  enterSection(agent, kind);
  try {
    return fn();
  } finally {
    leaveSection(agent, kind);
  }
}
