/**
 * What those write who bring memory of their own: the hooks of an exporter, and what they are told of importers.
 *
 * A hook runs on the thread that exported the buffer. Those that get a transaction run under the buffer's lock, and lock
 * whatever else they need through it: contention then unwinds to the top, and the hook runs again. For an importer on
 * another thread the hook serves a request instead: that thread holds the lock, and the transaction it is given refuses to
 * take more (design D1). Source: struct dma_buf_ops in include/linux/dma-buf.h.
 */
import type { DType } from '../base/dtype.ts';
import type { Access } from '../base/view.ts';
import type { Fence } from '../fence.ts';
import type { SharedBuffer } from '../shared-buffer.ts';
import type { Transaction } from '../transaction.ts';
import type { WaitOptions } from '../waiting.ts';

/** One importer, as the exporter's hooks see it. */
export interface AttachmentInfo {
  readonly name: string;
  /** It follows when the buffer moves; another one keeps the buffer where it is while it has it mapped. */
  readonly isDynamic: boolean;
  /** It can reach the memory directly, and the addresses it gets may say so. */
  readonly isPeer: boolean;
}

/** An importer that asks to be attached. */
export interface AttachRequest extends AttachmentInfo {
  /** May be cleared by the exporter: then the importer goes through memory that all share. */
  isPeer: boolean;
}

/** What a mapping is for. */
export interface MapRequest extends AttachmentInfo {
  readonly access: Access;
}

/** Hooks of memory that is not from the space's own heaps. `M` is what an importer gets: addresses, as plain data. */
export interface Exporter<M> {
  readonly name: string;
  /**
   * Heaps of the space that the memory comes from, the desired one first: then jobs and views see it too. Without this the
   * memory is the exporter's own, and only mappings and `vmap` reach it.
   */
  readonly heaps?: readonly string[];
  /** The device whose memory it is: importers that reach it directly are its peers. */
  readonly device?: string;
  /** It will want the memory back whatever importers do: those that cannot follow are refused (EINVAL). */
  readonly isRevocable?: boolean;
  /** An importer comes. No lock is held. What this throws refuses it. */
  attach?(buffer: SharedBuffer, request: AttachRequest): void;
  /** It went, and none of its mappings is left. No lock is held. */
  detach?(buffer: SharedBuffer, importer: AttachmentInfo): void;
  /** Addresses for an importer. Under the buffer's lock. It may move the buffer first, with `moving` or `tx.place`. */
  map(buffer: SharedBuffer, tx: Transaction, request: MapRequest): Promise<M>;
  /** A mapping is not used any more: what was listed when it ended is over. */
  unmap(mapping: M): void;
  /** The buffer stays where it is from here on, until `unpin`. Both or neither. Under the buffer's lock. */
  pin?(buffer: SharedBuffer, tx: Transaction): Promise<void>;
  unpin?(buffer: SharedBuffer): void;
  /** This thread, or another, is about to look at the memory through views, or is done. No lock is held. */
  beginCpuAccess?(buffer: SharedBuffer, access: Access): Promise<void>;
  endCpuAccess?(buffer: SharedBuffer, access: Access): void;
  /** The memory as bytes of this thread; once, however often it is asked for. Under the buffer's lock. */
  vmap?(buffer: SharedBuffer): Uint8Array;
  vunmap?(buffer: SharedBuffer): void;
  /** Nobody holds the buffer any more, and all work on it is over. Its number is used again, so forget it here. */
  release(buffer: SharedBuffer): void;
}

/** Access of this thread to the bytes of an exported buffer; disposing ends it. */
export interface CpuAccess extends Disposable {
  dispose(): void;
}

/** The bytes of an exported buffer, until disposed of. */
export interface VirtualMapping extends Disposable {
  /** Throws EINVAL once disposed of. */
  readonly data: Uint8Array;
  dispose(): void;
}

/** A buffer whose memory is an exporter's. What is told apart by its number is the same buffer, in every thread. */
export interface Exported<D extends DType, S extends readonly number[], M> extends SharedBuffer<D, S> {
  /** For the compiler alone: what `attach` maps. */
  readonly mapping?: M;
  /**
   * The exporter moves the buffer: takes its lock, tells importers that their mappings are stale, calls `move`, and adds
   * the fence it returns, for which everybody's next use waits.
   * @param move Begins to move it, and returns the fence of that; `after` is what uses the old place: it must be over first.
   * Outcomes: resolves once the fence is listed; rejects with EBUSY (pinned), EINVAL (another thread's buffer), or what `move`
   *   throws: then importers map again, and nothing moved.
   */
  moving(tx: Transaction, move: (after: Fence) => Promise<Fence>): Promise<void>;
  /**
   * The exporter takes the memory back for good: nobody maps it again. Outcomes: a fence that is over when nobody can reach
   * the memory any more: all work that was listed is over, and every mapping is unmapped. An importer that cannot follow
   * may keep it pending: `isRevocable` refuses those.
   */
  revoke(tx: Transaction): Promise<Fence>;
  /**
   * Before this thread looks at the bytes: calls the exporter's hook, then waits for those who write, or for everybody before
   * a write. It keeps nobody out afterwards. Outcomes: the access; rejects with what the hook throws, ETIME, or the signal's reason.
   */
  cpuAccess(access: Access, options?: WaitOptions): Promise<CpuAccess>;
  /**
   * The memory as bytes of this thread; it stays where it is meanwhile. Context: `tx` holds the lock. Outcomes: the bytes;
   * rejects with ENODEV (the exporter has no such hook, or is another thread with memory of its own), or as `tx.place`.
   */
  vmap(tx: Transaction): Promise<VirtualMapping>;
}
