/** What users see of a pool of workers. Not here: how it starts threads and hears of their end (workers.ts). */
import type { Callables, Served } from './kernel.ts';
import type { CloseOptions } from './space.ts';

export interface PoolOptions<S> {
  /** Threads. Default: one per hardware thread, 62 at most over all pools. */
  count?: number;
  /** Whether a worker that stops by itself gets a successor. Default: true. */
  replaceCrashed?: boolean;
  /** What events call it. Default: its number. */
  name?: string;
  /** The same kernels for this thread, for where there are no threads to share memory with. */
  inline?: () => Promise<{ default: S }>;
}

export interface Pool<S> extends AsyncDisposable {
  /** The kernels, to be called like functions. */
  readonly run: S extends Served<infer K> ? Callables<K> : never;
  /** Resolves when all workers have loaded their kernels. */
  readonly ready: Promise<void>;
  /** Resolves when no job of this pool is under way. */
  readonly idle: Promise<void>;
  /** Waits for what is under way, or cancels it (`abort`); then the workers stop. */
  close(options?: CloseOptions): Promise<void>;
}
