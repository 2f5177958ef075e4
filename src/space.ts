/**
 * Space: the memory that all threads see, with a budget.
 *
 * A thin shell: what it does is in core.ts (joining), job.ts, shared-buffer.ts, run-transaction.ts, workers.ts.
 */

import { findAmbient, offerAmbient } from './ambient.ts';
import { asyncDisposeKey, disposeKey } from './base/dispose.ts';
import type { DType } from './base/dtype.ts';
import { bytesPerElement } from './base/dtype.ts';
import { FencelineError, fail } from './base/errors.ts';
import type { Limits } from './base/limits.ts';
import { defaultLimits } from './base/limits.ts';
import type { Sized } from './base/view.ts';
import type { Finding } from './cells/lock-record.ts';
import { reportUncaught } from './cells/task.ts';
import { type Contention, setContention } from './contention.ts';
import type { Core, SpaceData } from './core.ts';
import { createCore, joinCore, leaveCore } from './core.ts';
import { describeCore } from './describe.ts';
import type { Fence } from './fence.ts';
import type { Handle } from './handle.ts';
import { heapsOf } from './heaps.ts';
import { onUnobserved } from './job.ts';
import { lengthOf } from './live-view.ts';
import { promiseLocal } from './local-job.ts';
import type { LockOrder } from './lock/validator.ts';
import { giveMakers } from './makers.ts';
import { setBudget } from './memory/allocator.ts';
import { budgetBytes, heapStats } from './memory/heap-stats.ts';
import { openHandle } from './open.ts';
import { type TransactionStats, transactionStatsOf } from './open-transactions.ts';
import { setPoison } from './poison.ts';
import { runTransaction, runTransactionSync } from './run-transaction.ts';
import { checkShape } from './shape.ts';
import type { BufferOptions, SharedBuffer } from './shared-buffer.ts';
import { checkPriority, newBuffer } from './shared-buffer.ts';
import type { Transaction, TransactionOptions } from './transaction.ts';

export interface SpaceOptions {
  /** Payload memory that may be in use at once. Default: 1 GiB. */
  budgetBytes?: number;
  /** How long a request waits for memory while nobody frees any, before ENOMEM. Default: 5000. */
  patienceMs?: number;
  /** Memory beside the system heap, for instance a shared WebAssembly.Memory with a maximum. */
  heaps?: readonly { name: string; sizeBytes: number; memory?: WebAssembly.Memory }[];
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
    /** Catches looks at what must not be looked at any more, as mappings of `fenceline/driver` that are stale. Costs a wrapper around them. */
    poison?: boolean;
    /** What `lockOrder` said: whatever contradicts it is reported at first sight. Outcomes: EINVAL if it has a cycle. */
    lockOrder?: LockOrder;
  };
}

export interface SpaceEvents {
  /** A job failed and nobody asked. */
  unobserved: FencelineError;
  /** A worker of a pool stopped by itself. */
  crash: { pool: string; worker: number; error: unknown; replaced: boolean };
  /** The lock validator found something that can deadlock, before it does. Heard at once, with locks held; nobody listens: a warning. */
  validator: Finding;
}

type Listeners = { readonly [E in keyof SpaceEvents]: Set<(detail: SpaceEvents[E]) => void> };

const defaultBudgetBytes = 2 ** 30;
const defaultPatienceMs = 5000;
/** Classes that the validator has room for, unless limits.lockClasses says otherwise. */
const validatedClasses = 256;

/** What the rest of the library needs of a space. */
export let coreOf: (space: Space) => Core;
/** The space of this thread's end; one object per core. */
export let spaceOver: (core: Core) => Space;
/** Tells listeners of the space. */
export let emit: <E extends keyof SpaceEvents>(space: Space, event: E, detail: SpaceEvents[E]) => void;
/** Runs before the space leaves: pools close, promises end. */
export let beforeClose: (space: Space, fn: (options: CloseOptions) => Promise<void>) => () => void;

export interface CloseOptions {
  /** Cancel what is under way instead of waiting for it. */
  abort?: boolean;
  timeoutMs?: number;
}

const spaces: WeakMap<Core, Space> = new WeakMap();

const aloneWarning =
  'Fenceline: this page is not cross-origin isolated, so it has no SharedArrayBuffer, and everything runs on this ' +
  "thread. Serve the page and its workers with the headers 'Cross-Origin-Opener-Policy: same-origin' and " +
  "'Cross-Origin-Embedder-Policy: require-corp' to run kernels on threads.";

export class Space implements AsyncDisposable {
  readonly #core: Core;
  readonly #listeners: Listeners = { unobserved: new Set(), crash: new Set(), validator: new Set() };
  readonly #closers: Set<(options: CloseOptions) => Promise<void>> = new Set();

  private constructor(core: Core, contend: Contention) {
    this.#core = core;
    setContention(core, contend);
    spaces.set(core, this);
    onUnobserved(core, (error) => this.#emit('unobserved', error));
    core.onFinding.tell = (finding) => {
      if (this.#listeners.validator.size === 0) console.warn(`Fenceline: ${finding.message}`);
      this.#emit('validator', finding);
    };
  }

  /** Makes a space; this thread is its first agent. Outcomes: the space, or EINVAL. */
  static create(options: SpaceOptions = {}): Space {
    const budgetBytes = checkBytes(options.budgetBytes ?? defaultBudgetBytes, 'budgetBytes');
    const patienceMs = options.patienceMs ?? defaultPatienceMs;
    if (!(patienceMs >= 0)) {
      fail('EINVAL', `The patience (${patienceMs} ms) is not a number of milliseconds from 0 on.`, {
        argument: 'patienceMs',
      });
    }
    const heaps = options.heaps ?? [];
    checkHeapOptions(heaps, options.limits?.heaps ?? defaultLimits.heaps);
    const { validateLocks = false, lockOrder = [] } = options.debug ?? {};
    const limits = {
      ...options.limits,
      traceEvents: options.traceEvents ?? options.limits?.traceEvents ?? 0,
      lockClasses: options.limits?.lockClasses ?? (validateLocks !== false ? validatedClasses : 0),
    };
    const core = createCore({
      ...{ budgetBytes, patienceMs, heaps, limits },
      ...{ observesLocks: validateLocks === 'observe', lockOrder },
    });
    if (!core.agent.isShared) console.warn(aloneWarning);
    if (options.debug?.poison === true) setPoison(core);
    return new Space(core, options.debug?.contend);
  }

  /**
   * The one of this realm: where libraries that know nothing of each other meet, also if each brings its own copy of
   * Fenceline (ambient.ts). Made at first use.
   */
  static ambient(): Space {
    const known = findAmbient();
    if (known !== undefined) return Space.join(known as unknown as Handle<Space>);
    const ambient = Space.create();
    offerAmbient(ambient.#core);
    return ambient;
  }

  /** Joins the space of a handle that another thread posted. Outcomes: the space; EINVAL, or ENOSPC (agents). */
  static join(handle: Handle<Space>): Space {
    const core = joinCore(handle as unknown as SpaceData);
    return spaces.get(core) ?? new Space(core, undefined);
  }

  get budgetBytes(): number {
    return heapStats(this.#core.agent, 0).budgetBytes;
  }

  /** May change while running. What is in use beyond a lowered one stays until it is freed. */
  set budgetBytes(bytes: number) {
    setBudget(this.#core.agent, 0, checkBytes(bytes, 'budgetBytes'));
  }

  /** Plain data to post to threads of this process, which then `join`. */
  get handle(): Handle<Space> {
    return this.#core.data as unknown as Handle<Space>;
  }

  /** False where there is no SharedArrayBuffer: everything then runs on this thread. */
  get isShared(): boolean {
    return this.#core.agent.isShared;
  }

  /**
   * A buffer of a type and shape. Takes a slot, and memory at first use.
   * Outcomes: the buffer; throws EINVAL (type, shape, or larger than the budget), ENOENT (heap), ENOSPC (buffers).
   */
  buffer<D extends DType, const S extends readonly number[]>(
    dtype: D,
    shape: S,
    options: BufferOptions = {},
  ): SharedBuffer<D, Sized<S>> {
    this.#check();
    const checked = checkShape(dtype, shape);
    const places = heapsOf(this.#core, options.heaps ?? []);
    const sizeBytes = lengthOf(shape) * bytesPerElement(dtype);
    const fitting = (places.length === 0 ? [0] : places).map((heap) => budgetBytes(this.#core.agent, heap));
    const largest = Math.max(...fitting);
    if (sizeBytes > largest) {
      const name = this.#core.heapNames[places[fitting.indexOf(largest)] ?? 0];
      fail('EINVAL', `The size of the buffer (${sizeBytes} bytes) is more than heap '${name}' may hold (${largest}).`, {
        argument: 'shape',
      });
    }
    const priority = checkPriority(options.priority ?? 0);
    return newBuffer(this.#core, dtype, checked as Sized<S>, { label: options.label, places, priority });
  }

  /**
   * Runs `body` with several buffers, all or nothing; it may run more than once and must be repeatable.
   * Outcomes: its result, with all drafts published; rejects with what it throws, with nothing published.
   */
  async transaction<R>(body: (tx: Transaction) => Promise<R>, options: TransactionOptions = {}): Promise<R> {
    this.#check();
    return runTransaction(this.#core, body, options);
  }

  /** The same, blocking this thread. Outcomes: also EDEADLK where that could never end. */
  transactionSync<R>(body: (tx: Transaction<'sync'>) => R, options: { timeoutMs?: number; label?: string } = {}): R {
    this.#check();
    return runTransactionSync(this.#core, body, options);
  }

  /** Revives a handle. Outcomes: the object; throws EINVAL (forged, other space), ENOENT (its target is gone). */
  open<T>(handle: Handle<T>): T {
    this.#check();
    return openHandle(this.#core, handle) as T;
  }

  /** Any promise as a fence; it fails if the promise rejects. Outcomes: the fence; throws EINVAL (not a promise), ENOSPC. */
  fence(work: Promise<unknown>, label: string = 'promise'): Fence {
    this.#check();
    // Before a job slot is taken for it.
    if (typeof work?.then !== 'function') {
      fail('EINVAL', `The work of fence '${label}' (${typeof work}) is not a promise.`, { argument: 'work' });
    }
    const promise = promiseLocal(this.#core, label);
    // Whatever it is: what is no promise is over at once.
    Promise.resolve(work).then(
      () => promise.end(),
      (reason: unknown) => promise.end(toError(reason, label)),
    );
    return promise.fence;
  }

  on<E extends keyof SpaceEvents>(
    event: E,
    fn: (detail: SpaceEvents[E]) => void,
    options: { signal?: AbortSignal } = {},
  ): Disposable {
    if (!Object.hasOwn(this.#listeners, event)) {
      const known = Object.keys(this.#listeners).join(', ');
      fail('EINVAL', `There is no event '${String(event)}': a space has ${known}.`, { argument: 'event' });
    }
    const listeners = this.#listeners[event] as Set<(detail: SpaceEvents[E]) => void>;
    listeners.add(fn);
    const { signal } = options;
    const off = (): void => {
      listeners.delete(fn);
      signal?.removeEventListener('abort', off);
    };
    if (signal?.aborted) off();
    else signal?.addEventListener('abort', off, { once: true });
    return { [disposeKey]: off };
  }

  /** How this thread's transactions went, and how often they were retried. */
  get transactionStats(): TransactionStats {
    return transactionStatsOf(this.#core);
  }

  /** A text for people: heaps, agents, buffers, jobs; transactions of this thread that are open, and who waits for their locks. */
  describe(): string {
    return describeCore(this.#core);
  }

  /** Closes pools, then leaves: references of this thread are dropped. A second time does nothing. */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#core.isClosed) return;
    await Promise.all([...this.#closers].map((fn) => fn(options)));
    // A close that came meanwhile waited for the same pools, and one of the two is first.
    leaveCore(this.#core);
  }

  /** `close`, for `await using`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    Object.defineProperty(Space.prototype, asyncDisposeKey, { value: Space.prototype.close });
    coreOf = (space) => {
      space.#check();
      return space.#core;
    };
    giveMakers({ coreOf, promise: promiseLocal });
    spaceOver = (core) => spaces.get(core) ?? new Space(core, undefined);
    emit = (space, event, detail) => space.#emit(event, detail);
    beforeClose = (space, fn) => {
      space.#closers.add(fn);
      return () => space.#closers.delete(fn);
    };
  }

  #emit<E extends keyof SpaceEvents>(event: E, detail: SpaceEvents[E]): void {
    // One that throws does not keep the others from hearing.
    for (const fn of this.#listeners[event] as Set<(detail: SpaceEvents[E]) => void>) {
      try {
        fn(detail);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  #check(): void {
    if (this.#core.isClosed) fail('EINVAL', 'The space is closed.', { argument: 'space' });
  }
}

function checkBytes(bytes: number, argument: string): number {
  if (Number.isInteger(bytes) && bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  return fail('EINVAL', `The ${argument} (${bytes}) is not a whole number of bytes from 1 on.`, { argument });
}

function checkHeapOptions(heaps: readonly { name: string; sizeBytes: number }[], limit: number): void {
  if (heaps.length + 1 > limit) {
    const sentence = `The number of heaps (${heaps.length + 1}), with the system heap, is more than limits.heaps (${limit}).`;
    fail('EINVAL', sentence, { argument: 'heaps' });
  }
  const names = new Set(['system']);
  for (const { name, sizeBytes } of heaps) {
    if (names.has(name)) fail('EINVAL', `The heap '${name}' is named twice.`, { argument: 'heaps' });
    names.add(name);
    checkBytes(sizeBytes, 'sizeBytes');
  }
}

function toError(reason: unknown, label: string): FencelineError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new FencelineError(
    'EKERNEL',
    `The promise of ${label} was rejected: ${message}`,
    { job: label, kernel: 'promise', worker: -1 },
    reason,
  ) as FencelineError;
}
