/**
 * Transactions over buffers: several at once, all or nothing, retried as a whole (Linux: drm_exec over dma_resv).
 *
 * The body gets `tx`, the one ticket for everything that needs a lock on the way. Edits are private drafts, published
 * together when the body returns. When a lock is contended by an older transaction, all is given back, the contended
 * lock is taken first, and the body runs again; until then every call on `tx` throws, so that no `catch` of the user's
 * swallows the retry. Publishing one buffer is one store; several are written down first, and if this thread dies, whoever
 * repairs what it left publishes them all (memory/publication.ts).
 *
 * Not here: what a transaction does (transaction-base.ts, -async.ts, -sync.ts), and how it is retried (run-transaction.ts).
 */
import type { DType } from './base/dtype.ts';
import type { Access, ReadView, View } from './base/view.ts';
import type { Fence } from './fence.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { WwLock } from './user-lock.ts';
import type { WaitOptions } from './waiting.ts';

export interface TransactionOptions extends WaitOptions {
  /** What it is called in errors and in `space.describe()`. Default: 'transaction'. */
  label?: string;
}

type Now<M, T> = M extends 'sync' ? T : Promise<T>;

export interface Savepoint {
  readonly savepoint: unique symbol;
}

export interface Transaction<M extends 'sync' | 'async' = 'async'> {
  /** Locks the buffer and waits for its writers. The view is over when the body returns, or moves the buffer. */
  read<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): Now<M, ReadView<D, S>>;
  /** A private draft with the buffer's contents; published, with all others, when the body returns. */
  edit<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): Now<M, View<D, S>>;
  /** Takes these one after the other: buffers, and locks of one's own that are wait-die, as buffers are. */
  lock(...items: readonly (SharedBuffer | WwLock)[]): Now<M, void>;
  /**
   * Brings the buffer into one of these heaps, the first if there is room: a move ends the views that were read of it before. A
   * draft of it stays where it was made, and so does the buffer once that is published. Outcomes: ENOENT or EINVAL (heaps),
   * EBUSY (pinned elsewhere), ENOMEM, ETIME.
   */
  place(buffer: SharedBuffer, heaps: readonly string[]): Now<M, void>;
  /**
   * Foreign work on a locked buffer: others wait for the fence. Outcomes: EBUSY if it is of a job that still waits for its own turn;
   * ENOSPC beyond 64 pending points.
   */
  addFence(buffer: SharedBuffer, fence: Fence<unknown>, access: Access): void;
  savepoint(): Savepoint;
  /** Drafts and locks as they were then. Outcomes: EINVAL while a call of the body's is under way. */
  rollback(to: Savepoint): void;
  /** Which run of the body this is, from 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}
