/**
 * ww_mutexes as drivers use them inside the kernel (Linux: ww_mutex.h): locks, and acquire contexts, both of one class.
 *
 * A context is a ticket of the library; who locks without one has a ticket without an age. Calls answer as Linux's do: 0 or
 * -errno. Those that may sleep answer a promise, and a pending one is asleep.
 */
import { FencelineError, type Space } from '../index.ts';
import { type LockRule, type Ticket, ticket, type WwLock, wwLock } from '../sync.ts';

export type WwMutex = WwLock;
export type WwClass = LockRule;

/** DEFINE_WD_CLASS or DEFINE_WW_CLASS. */
export function wwClass(isWaitDie: boolean): WwClass {
  return isWaitDie ? 'wait-die' : 'wound-wait';
}

/** ww_mutex_init. */
export function initWwMutex(space: Space, rule: WwClass, name: string): WwMutex {
  return wwLock(space, name, { rule });
}

/** A task: what it locks with, and without, a context. */
export class WwTask {
  readonly #space: Space;
  readonly #plain: Ticket;
  #context: Ticket | undefined;

  constructor(space: Space, name: string) {
    this.#space = space;
    this.#plain = ticket(space, { rule: 'plain', label: name });
  }

  /** ww_acquire_init. */
  acquireInit(rule: WwClass, name: string): void {
    this.#context = ticket(this.#space, { rule, label: name });
  }

  /** ww_acquire_done. */
  acquireDone(): void {
    this.#context?.done();
  }

  /** ww_acquire_fini. */
  acquireFini(): void {
    this.#context?.dispose();
    this.#context = undefined;
  }

  /** What the context holds, in order of acquisition. */
  get acquired(): readonly WwMutex[] {
    return this.#context?.held ?? [];
  }

  /** ww_mutex_lock, with the context if there is one. */
  lock(mutex: WwMutex): Promise<number> {
    return answered((this.#context ?? this.#plain).lock(mutex));
  }

  /** ww_mutex_lock_interruptible: the abort of `signal` is what a signal is to a task, and answers -EINTR. */
  lockInterruptible(mutex: WwMutex, signal: AbortSignal): Promise<number> {
    return interruptible((this.#context ?? this.#plain).lock(mutex, { signal }), signal);
  }

  /** ww_mutex_lock_slow_interruptible. */
  lockSlowInterruptible(mutex: WwMutex, signal: AbortSignal): Promise<number> {
    return interruptible((this.#context ?? this.#plain).lockSlow(mutex, { signal }), signal);
  }

  /** ww_mutex_lock_slow. */
  lockSlow(mutex: WwMutex): Promise<number> {
    return answered((this.#context ?? this.#plain).lockSlow(mutex));
  }

  /** ww_mutex_trylock: 1 if this call took it. */
  trylock(mutex: WwMutex): number {
    return (this.#context ?? this.#plain).tryLock(mutex) ? 1 : 0;
  }

  /** ww_mutex_unlock. */
  unlock(mutex: WwMutex): void {
    if (this.#context?.held.includes(mutex)) this.#context.unlock(mutex);
    else this.#plain.unlock(mutex);
  }

  /** Gives back everything. Context: it is not asleep. */
  end(): void {
    for (const one of [this.#context, this.#plain]) {
      one?.unlockAll();
      one?.dispose();
    }
  }
}

const interrupted = -4;
const deadlock = -35;
const already = -114;

async function answered(work: Promise<void>): Promise<number> {
  try {
    await work;
    return 0;
  } catch (error) {
    if (FencelineError.is(error, 'EDEADLK')) return deadlock;
    if (FencelineError.is(error, 'EALREADY')) return already;
    throw error;
  }
}

async function interruptible(work: Promise<void>, signal: AbortSignal): Promise<number> {
  try {
    return await answered(work);
  } catch (error) {
    if (signal.aborted && error === signal.reason) return interrupted;
    throw error;
  }
}
