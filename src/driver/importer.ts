/**
 * What importers write, and what they get (Linux: dma_buf_attach_ops, dma_buf_attachment).
 *
 * A dynamic importer has `invalidate`, and maps again before its next use. A static one has not: the buffer is pinned
 * while it has it mapped. Source: include/linux/dma-buf.h. Here a mapping is unmapped by itself once it is stale and the
 * work on it is over; and contention in hooks goes through the transaction.
 */
import type { Access } from '../base/view.ts';
import type { Fence } from '../fence.ts';
import type { Transaction } from '../transaction.ts';

export interface Importer {
  readonly name: string;
  /**
   * What was mapped is stale: the buffer moves, or is taken back. Called under the buffer's lock if this thread moves it, else from
   * the event loop. It must not fail, lock, wait or allocate (contract C7): note it, and map again before the next use.
   */
  invalidate?(): void;
  /** It can use addresses of another device's memory, if the two reach each other. Default: false. */
  readonly allowPeer?: boolean;
  /** The device that will use the memory. */
  readonly device?: string;
  /** The largest buffer that it can map. */
  readonly maxBytes?: number;
  /** Heaps and devices whose memory it can address. Default: all. */
  readonly reaches?: readonly string[];
  /** Keep a mapping for each access until it is stale, rather than ask the exporter every time. Default: false. */
  readonly cache?: boolean;
}

/** An importer's link to a buffer. Disposing detaches it, after the work on what it mapped. */
export interface Attachment<M> extends Disposable {
  /** Nothing is mapped, or what is mapped must not be used any more. One load. */
  readonly isStale: boolean;
  /** Whether addresses of the exporter's own memory may come, rather than of memory that all share. */
  readonly isPeer: boolean;
  /** What must be over before a mapping is used: moves that are under way. A static importer's `map` has waited for it. */
  readonly ready: Fence;
  /**
   * Addresses of the buffer, to be used by work whose fence is added under the same lock. A mapping of the same access that
   * was there before ends. Context: `tx` holds the buffer's lock.
   * Outcomes: the mapping; rejects with EINVAL (not locked: lock it first), ENODEV (taken back by its exporter, or out of
   *   reach), EOWNERDEAD (the exporter is gone), ENOMEM (the exporter gave nothing), or what its hooks throw.
   */
  map(tx: Transaction, access?: Access): Promise<M>;
  /** The mapping is not used by anything that is added from here on. Context: as `map`. */
  unmap(tx: Transaction, access?: Access): void;
  /**
   * Work of the importer on what it mapped: others wait for the fence. Outcomes: nothing; EINVAL if the mapping is stale
   * (map it again), or the buffer is not locked; and as `tx.addFence`.
   */
  use(tx: Transaction, fence: Fence<unknown>, access: Access): void;
  /** The buffer stays where it is, until `unpin`: for a dynamic importer whose work cannot follow. Context: as `map`. */
  pin(tx: Transaction): Promise<void>;
  unpin(): void;
  dispose(): void;
}
