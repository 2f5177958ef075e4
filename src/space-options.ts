/**
 * What a space is made with, and what it tells: the options and events of space.ts, and the checks of what it is given.
 */
import { type FencelineError, fail } from './base/errors.ts';
import { DEBUG_CHECK_READERS, DEBUG_EVICT, DEBUG_POISON } from './base/layout.ts';
import { defaultLimits, type Limits } from './base/limits.ts';
import type { Finding } from './cells/lock-record.ts';
import { checkBytes } from './client.ts';
import type { CoreOptions, SwapOptions } from './core.ts';
import { swapName } from './core.ts';
import type { LockOrder } from './lock/validator.ts';

export interface SpaceOptions {
  /** Payload memory that may be in use at once. Default: 1 GiB. */
  budgetBytes?: number;
  /** How long a request waits for memory while nobody frees any, before ENOMEM. Default: 5000. */
  patienceMs?: number;
  /** Memory beside the system heap, for instance a shared WebAssembly.Memory with a maximum. */
  heaps?: readonly { name: string; sizeBytes: number; memory?: WebAssembly.Memory }[];
  /**
   * Where contents go that no job needs, when memory is short: a file of this path, where the runtime has files, else memory
   * beyond the budget. Default: nowhere, and what was written stays in memory until its buffer is gone (docs/residency.md).
   */
  swap?: SwapOptions;
  /** Sizes of the tables of the control block (base/limits.ts). */
  limits?: Partial<Limits>;
  /** Events that each thread's trace ring holds (`fenceline/trace`), 40 bytes each; 0, the default, turns tracing off. */
  traceEvents?: number;
  debug?: {
    /**
     * Injects contention into this thread's transactions: at the n-th lock of the first run, or at each lock in turn, one a run;
     * or, into tickets by hand too, by the schedule of the Linux kernel, ever more rarely. Costs the retries it causes.
     */
    contend?: 'always' | 'kernel' | number;
    /**
     * Learns the order of locks and reports what can deadlock (docs/validator.md): the event 'validator'. 'observe': learns, and reports
     * nothing; `lockOrder(space)` (fenceline/sync) then says what it saw. Default: false.
     */
    validateLocks?: boolean | 'observe';
    /** Moves everything that nobody uses out of memory whenever a job needs a buffer. Costs these copies. */
    evict?: 'always';
    /**
     * Catches looks at what must not be looked at any more: fills memory that is given back with a pattern, which costs a write of
     * each, and wraps mappings of `fenceline/driver`, so that stale ones are noticed.
     */
    poison?: boolean;
    /**
     * Fails a job (EKERNEL) if a buffer that its kernel declares to read changed while it ran: the kernel wrote it, or one that
     * ran beside it did. Costs two looks at every byte that is read.
     */
    checkReaders?: boolean;
    /** What `lockOrder` said: whatever contradicts it is reported at first sight. Outcomes: EINVAL if it has a cycle. */
    lockOrder?: LockOrder;
  };
}

export interface SpaceEvents {
  /** A job failed and nobody asked. */
  unobserved: FencelineError;
  /** A worker of a pool stopped by itself. */
  crash: { pool: string; worker: number; error: unknown; replaced: boolean };
  /** Room has to be made in a heap, by whatever thread: whoever caches something may let go of it. Several may be heard as one. */
  pressure: { heap: string; usedBytes: number };
  /** The lock validator found something that can deadlock, before it does. Heard at once, with locks held; nobody listens: a warning. */
  validator: Finding;
}

export interface CloseOptions {
  /** Cancel what is under way instead of waiting for it. */
  abort?: boolean;
  timeoutMs?: number;
}

const defaultBudgetBytes = 2 ** 30;
const defaultPatienceMs = 5000;
/** Classes that the validator has room for, unless limits.lockClasses says otherwise. */
const validatedClasses = 256;

/** What a space is made of. Outcomes: defaults filled in, or EINVAL. */
export function coreOptionsOf(options: SpaceOptions): CoreOptions {
  const budgetBytes = checkBytes(options.budgetBytes ?? defaultBudgetBytes, 'budgetBytes');
  const patienceMs = options.patienceMs ?? defaultPatienceMs;
  if (!(patienceMs >= 0)) {
    fail('EINVAL', `The patience (${patienceMs} ms) is not a number of milliseconds from 0 on.`, {
      argument: 'patienceMs',
    });
  }
  const { heaps = [], swap } = options;
  checkHeapOptions(heaps, swap, options.limits?.heaps ?? defaultLimits.heaps);
  const { validateLocks = false, lockOrder = [], evict, poison = false, checkReaders = false } = options.debug ?? {};
  const debug =
    (evict === 'always' ? DEBUG_EVICT : 0) | (poison ? DEBUG_POISON : 0) | (checkReaders ? DEBUG_CHECK_READERS : 0);
  const limits = {
    ...options.limits,
    traceEvents: options.traceEvents ?? options.limits?.traceEvents ?? 0,
    lockClasses: options.limits?.lockClasses ?? (validateLocks !== false ? validatedClasses : 0),
  };
  return {
    ...{ budgetBytes, patienceMs, heaps, swap, limits, debug },
    ...{ observesLocks: validateLocks === 'observe', lockOrder },
  };
}

function checkHeapOptions(
  heaps: readonly { name: string; sizeBytes: number }[],
  swap: SwapOptions | undefined,
  limit: number,
): void {
  const count = heaps.length + (swap === undefined ? 1 : 2);
  if (count > limit) {
    const sentence = `The number of heaps (${count}), with the system heap and swap, is more than limits.heaps (${limit}).`;
    fail('EINVAL', sentence, { argument: 'heaps' });
  }
  const names = new Set(['system']);
  for (const { name, sizeBytes } of heaps) {
    if (names.has(name)) fail('EINVAL', `The heap '${name}' is named twice.`, { argument: 'heaps' });
    names.add(name);
    checkBytes(sizeBytes, 'sizeBytes');
  }
  if (swap === undefined) return;
  checkBytes(swap.sizeBytes, 'swap.sizeBytes');
  if (names.has(swapName)) {
    fail('EINVAL', `A heap is named '${swapName}', as the heap of swapped contents is.`, { argument: 'heaps' });
  }
  if (swap.file === undefined || (typeof swap.file === 'string' && swap.file !== '')) return;
  fail('EINVAL', `The swap file (${String(swap.file)}) is not a path.`, { argument: 'swap.file' });
}
