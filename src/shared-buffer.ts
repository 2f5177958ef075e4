/**
 * SharedBuffer: memory that every thread of the space sees, typed and shaped.
 *
 * Creating one takes a slot and no memory; memory comes at first use. Order follows from use: whoever looks at a buffer
 * waits for those who fill it. Disposing drops this reference; memory goes back after the last reference and the last
 * job. Source: dma_buf. Not here: the slot (buffer/buffer.ts), typed views (live-view.ts).
 */

import { disposeKey } from './base/dispose.ts';
import type { Arrays, DType } from './base/dtype.ts';
import { arrayOf, bytesPerElement, dtypeNumber } from './base/dtype.ts';
import { FencelineError, fail } from './base/errors.ts';
import { B_PLACES } from './base/layout.ts';
import type { Access, Pattern, ReadView, Sized, View } from './base/view.ts';
import type { BufferId } from './buffer/buffer.ts';
import { bufferAt } from './buffer/buffer.ts';
import { checkPriority, priorityOf, setPriority } from './buffer-priority.ts';
import { takeBufferSlot } from './buffer-slot.ts';
import { store } from './cells/cell.ts';
import type { Core } from './core.ts';
import { releaseBuffer, retainBuffer } from './core.ts';
import { countCopied } from './figures.ts';
import { checkSeen } from './foreign-memory.ts';
import { giveReference } from './gift.ts';
import type { Handle } from './handle.ts';
import { residenceName } from './heaps.ts';
import type { LiveView } from './live-view.ts';
import { lengthOf, viewOver } from './live-view.ts';
import type { LocalJob } from './local-job.ts';
import { beginLocal, beginLocalSync } from './local-job.ts';
import { takeMakers } from './makers.ts';
import { clientOf } from './memory/account.ts';
import { bytesOfBuffer } from './memory/placement.ts';
import { placeAt, placesWord } from './memory/residence.ts';
import { nameBuffer } from './report.ts';
import type { Use } from './schedule/job.ts';
import { ACCESS_READ, ACCESS_UPDATE, ACCESS_WRITE } from './schedule/job.ts';
import type { AnySource, Source } from './source.ts';
import { giveSource } from './source.ts';
import type { WaitOptions } from './waiting.ts';

export interface BufferOptions<D extends DType = DType, S extends readonly number[] = readonly number[]> {
  /** What errors and reports call it. Default: its number. */
  label?: string;
  /** Heaps it may live in, the desired one first: it gets the first with room, and is evicted to the next. Default: 'system'. */
  heaps?: readonly string[];
  /** Buffers of lower priority are evicted first. Any number, by default 0; kept as a float32. */
  priority?: number;
  /**
   * How to fill it: called on this thread when the contents are needed first, and again after they were evicted, so that
   * evicting costs nothing. It makes the same bytes each time. Once somebody else wrote to the buffer, its contents are
   * swapped like any other's. This thread must not block while others need it (docs/residency.md).
   */
  source?: Source<D, S>;
}

/** For signatures: `Shaped<'u8', ['height', 'width', 4]>`. */
export type Shaped<D extends DType, P extends Pattern> = SharedBuffer<D, Sized<P>>;

/** A view that ends when it is disposed. */
export type Mapping<V> = V & Disposable & { dispose(): void };

/** Where a window begins in its buffer, in elements, and whether it is one. */
interface Window {
  readonly offset: number;
  readonly isPart: boolean;
}

const accessNumbers: { readonly [A in Access]: number } = {
  read: ACCESS_READ,
  write: ACCESS_WRITE,
  update: ACCESS_UPDATE,
};

/** References that were never disposed: their objects are gone, so nobody can. */
const forgotten: FinalizationRegistry<{ core: Core; buffer: number; label: string }> = new FinalizationRegistry(
  ({ core, buffer, label }) => {
    if (core.isClosed) return;
    console.warn(`fenceline: buffer '${label}' was collected without dispose(); its memory is given back now.`);
    releaseBuffer(core, buffer);
  },
);

/** Makes the object for a reference that is already counted. */
export let bufferOver: <D extends DType, S extends readonly number[]>(
  core: Core,
  id: BufferId,
  dtype: D,
  shape: S,
  label: string,
  window?: Window,
) => SharedBuffer<D, S>;
/** Where the buffer is in its slot and memory. Outcomes: throws EINVAL if it is of another space, or disposed. */
export let partsOf: (buffer: SharedBuffer, core: Core, argument: string) => BufferParts;
/** The space that a buffer is of, as its thread sees it. Outcomes: throws EINVAL if it is not a buffer of this library. */
export let coreOfBuffer: (buffer: SharedBuffer) => Core;
export let isSharedBuffer: (candidate: unknown) => candidate is SharedBuffer;

export interface BufferParts extends BufferId, Window {
  readonly label: string;
}

export class SharedBuffer<D extends DType = DType, S extends readonly number[] = readonly number[]>
  implements Disposable
{
  /** Tells buffers of a space apart, also those that were there before. Windows have the number of their buffer. */
  readonly id: number;
  readonly dtype: D;
  readonly shape: S;
  readonly sizeBytes: number;
  readonly label: string;
  readonly #core: Core;
  readonly #slot: BufferId;
  readonly #window: Window;
  #isDisposed = false;

  /** Made by `space.buffer`, `like`, `rows`, `space.open`. */
  private constructor(core: Core, slot: BufferId, dtype: D, shape: S, label: string, window: Window) {
    this.#core = core;
    this.#slot = slot;
    this.#window = window;
    this.id = slot.buffer + slot.generation * 2 ** 20;
    this.dtype = dtype;
    this.shape = shape;
    this.sizeBytes = lengthOf(shape) * bytesPerElement(dtype);
    this.label = label;
    forgotten.register(this, { core, buffer: slot.buffer, label }, this);
  }

  /**
   * Copies in. Outcomes: resolves when it is done, after earlier users and with memory; rejects with EINVAL (another
   * length), ENOMEM, ETIME or the signal's reason.
   */
  async set(data: ArrayLike<Arrays[D][number]>, options: WaitOptions = {}): Promise<void> {
    this.#check('set');
    const length = lengthOf(this.shape);
    if (data.length !== length) {
      fail('EINVAL', `The data (${data.length} elements) is not as long as buffer '${this.label}' (${length}).`, {
        argument: 'data',
      });
    }
    const { view, job } = await this.#begin('write', options, `set of '${this.label}'`);
    try {
      // The element types were checked by the compiler; the engine converts numbers as any typed array does.
      (view.data as { set(data: ArrayLike<unknown>): void }).set(data);
      countCopied(this.#core, this.sizeBytes);
      job.end();
    } catch (cause) {
      const sentence = `The data for buffer '${this.label}' cannot be copied in, as its type is ${this.dtype}.`;
      const error = new FencelineError('EINVAL', sentence, { argument: 'data' }, cause) as FencelineError;
      job.end(error);
      throw error;
    }
  }

  /** Copies out, unshared: safe for streams, Response, WebCrypto, ImageData. Outcomes: as `map`. */
  async get(options: WaitOptions = {}): Promise<Arrays[D]> {
    this.#check('get');
    const { view, job } = await this.#begin('read', options, `get of '${this.label}'`);
    try {
      // Throws the engine's RangeError if there is no memory for the copy.
      const copy = arrayOf(this.dtype, lengthOf(this.shape));
      (copy as { set(data: ArrayLike<unknown>): void }).set(view.data as ArrayLike<unknown>);
      countCopied(this.#core, this.sizeBytes);
      return copy;
    } finally {
      job.end();
    }
  }

  /**
   * Looks at the memory itself, without a copy: a job that runs here, over at dispose. Others wait for it meanwhile.
   * Outcomes: the mapping; rejects with EINPUT (the job that should have filled it failed), ENOMEM, ETIME, or the
   * signal's reason.
   */
  map(access: 'read', options?: WaitOptions): Promise<Mapping<ReadView<D, S>>>;
  map(access: 'write' | 'update', options?: WaitOptions): Promise<Mapping<View<D, S>>>;
  async map(access: Access, options: WaitOptions = {}): Promise<Mapping<View<D, S>> & Mapping<ReadView<D, S>>> {
    this.#check('map');
    const { view, job } = await this.#begin(access, options, `mapping of '${this.label}'`);
    return toMapping(view, job);
  }

  /** The same, blocking this thread. Outcomes: also EDEADLK where it may not block. */
  mapSync(access: 'read'): Mapping<ReadView<D, S>>;
  mapSync(access: 'write' | 'update'): Mapping<View<D, S>>;
  mapSync(access: Access): Mapping<View<D, S>> & Mapping<ReadView<D, S>> {
    this.#check('mapSync');
    const label = `mapping of '${this.label}'`;
    if (!this.#core.canBlock) {
      fail('EDEADLK', `The ${label} cannot block this thread. Hint: await map() instead.`, {
        cycle: [label, 'this thread'],
      });
    }
    const job = beginLocalSync(this.#core, [this.#use(access)], label);
    return toMapping(this.#viewOf(job, label), job);
  }

  /** Buffers of lower priority are evicted first. It is the buffer's, for all who use it. Outcomes: EINVAL for what is no number. */
  get priority(): number {
    this.#check('priority');
    return priorityOf(this.#core.agent, this.#slot.buffer);
  }

  set priority(priority: number) {
    this.#check('priority');
    setPriority(this.#core.agent, this.#slot.buffer, checkPriority(priority));
  }

  /** A window on some rows (of the first dimension); it orders with the whole buffer and counts as a reference. */
  rows<T extends readonly number[]>(this: SharedBuffer<D, T>, from: number, to: number): SharedBuffer<D, T> {
    this.#check('rows');
    const rowCount = this.shape[0];
    if (rowCount === undefined)
      fail('EINVAL', `Buffer '${this.label}' has no rows: it has no dimension.`, { argument: 'from' });
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from || to > rowCount) {
      fail('EINVAL', `The rows ${from} to ${to} are not within buffer '${this.label}' (0 to ${rowCount}).`, {
        argument: 'from',
      });
    }
    const shape = [to - from, ...this.shape.slice(1)] as unknown as T;
    const rowLength = lengthOf(this.shape) / rowCount;
    retainBuffer(this.#core, this.#slot);
    return new SharedBuffer(this.#core, this.#slot, this.dtype, shape, this.label, {
      offset: this.#window.offset + from * rowLength,
      isPart: true,
    });
  }

  /** A new one of the same type and shape, in the same heap, and of the same client. */
  like(label?: string): SharedBuffer<D, S> {
    this.#check('like');
    const { agent } = this.#core;
    const { buffer } = this.#slot;
    const places: number[] = [];
    for (let rank = 0, heap = placeAt(agent, buffer, 0); heap >= 0; heap = placeAt(agent, buffer, ++rank))
      places.push(heap);
    const client = clientOf(agent, buffer);
    return newBuffer(this.#core, this.dtype, this.shape, { label, places, priority: this.priority, client });
  }

  /** Whether its memory is in this heap now. Nothing keeps it there but its users, and `pin`. */
  isIn(heap: string): boolean {
    return residenceName(this.#core, this.#slot.buffer) === heap;
  }

  /**
   * Brings it into a heap, and keeps it there until the result is disposed of, or this thread stops: it is neither moved nor
   * evicted. Others use it meanwhile; a transaction that would edit it rejects with EBUSY, for publishing a draft moves it.
   * Outcomes: rejects with ENOENT or EINVAL (heap), EBUSY (pinned in another one), ENOMEM, ETIME, or the signal's reason.
   */
  async pin(heap: string, options: WaitOptions = {}): Promise<Disposable> {
    this.#check('pin');
    return takeMakers().pin(this.#core, this as unknown as SharedBuffer, heap, options);
  }

  /** Plain data to post. It does not keep the buffer alive: keep yours until the other side has opened it. */
  get handle(): Handle<this> {
    return this.#handle() as Handle<this>;
  }

  /** Hands this reference over: whoever opens the handle owns it. This object is disposed of, as if by `dispose`. */
  give(): Handle<this> {
    this.#check('give');
    const handle = {
      ...this.#handle(),
      gift: giveReference(this.#core, this.#slot.buffer, this.label),
    } as unknown as Handle<this>;
    this.#isDisposed = true;
    forgotten.unregister(this);
    return handle;
  }

  /** Drops this reference; a second time does nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    forgotten.unregister(this);
    releaseBuffer(this.#core, this.#slot.buffer);
  }

  /** The same, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  static {
    Object.defineProperty(SharedBuffer.prototype, disposeKey, { value: SharedBuffer.prototype.dispose });
    bufferOver = (core, id, dtype, shape, label, window) =>
      new SharedBuffer(core, id, dtype, shape, label, window ?? { offset: 0, isPart: false });
    partsOf = (buffer, core, argument) => {
      if (buffer.#core !== core && buffer.#core.data.id !== core.data.id) {
        fail('EINVAL', `Buffer '${buffer.label}' is of another space.`, { argument });
      }
      buffer.#check(argument);
      const { buffer: index, generation } = buffer.#slot;
      const { offset, isPart } = buffer.#window;
      return { buffer: index, generation, offset, isPart, label: buffer.label };
    };
    coreOfBuffer = (buffer) => {
      if (isSharedBuffer(buffer)) return buffer.#core;
      return fail('EINVAL', `The buffer (${typeof buffer}) is not a buffer of this library.`, { argument: 'buffer' });
    };
    isSharedBuffer = (candidate): candidate is SharedBuffer =>
      typeof candidate === 'object' && candidate !== null && #core in candidate;
  }

  async #begin(access: Access, options: WaitOptions, label: string): Promise<{ view: LiveView<D, S>; job: LocalJob }> {
    const job = await beginLocal(this.#core, [this.#use(access)], label, options);
    return { view: this.#viewOf(job, label), job };
  }

  #use(access: Access): Use {
    if (!Object.hasOwn(accessNumbers, access)) {
      fail('EINVAL', `The access (${String(access)}) is not read, write or update.`, { argument: 'access' });
    }
    checkSeen(this.#core, { buffer: this.#slot.buffer, label: this.label });
    return { ...this.#slot, access: accessNumbers[access], isPart: this.#window.isPart };
  }

  /** The view of a job that has begun. Outcomes: the view; throws ENOMEM if the system has no memory left, and ends the job. */
  #viewOf(job: LocalJob, label: string): LiveView<D, S> {
    const from = this.#window.offset * bytesPerElement(this.dtype);
    try {
      const bytes = bytesOfBuffer(this.#core.agent, this.#slot.buffer).subarray(from, from + this.sizeBytes);
      return viewOver(this.dtype, this.shape, bytes, this.label);
    } catch (cause) {
      const heap = residenceName(this.#core, this.#slot.buffer) ?? 'system';
      const sentence = `The system has no memory left for the ${label} (${this.sizeBytes} bytes), which is within the budget.`;
      const details = { askedBytes: this.sizeBytes, heap, pinned: [] };
      const error = new FencelineError('ENOMEM', sentence, details, cause) as FencelineError;
      job.end(error);
      throw error;
    }
  }

  #handle(): object {
    return {
      kind: 'fenceline.buffer',
      space: this.#core.data.id,
      ...this.#slot,
      dtype: this.dtype,
      shape: [...this.shape],
      offset: this.#window.offset,
      isPart: this.#window.isPart,
      label: this.label,
    };
  }

  #check(argument: string): void {
    if (this.#core.isClosed) fail('EINVAL', `The space of buffer '${this.label}' is closed.`, { argument });
    if (this.#isDisposed) fail('EINVAL', `Buffer '${this.label}' is disposed.`, { argument });
  }
}

/** What a new buffer is like, beside its type and shape. */
export interface NewBuffer<D extends DType, S extends readonly number[]> {
  readonly label?: string | undefined;
  /** Heaps it may live in, the desired one first; none: 'system'. */
  readonly places: readonly number[];
  readonly priority: number;
  readonly source?: Source<D, S> | undefined;
  /** Token of the account that its memory is charged to; 0 = none. */
  readonly client: number;
}

/** Takes a slot. Outcomes: the buffer; ENOSPC. */
export function newBuffer<D extends DType, S extends readonly number[]>(
  core: Core,
  dtype: D,
  shape: S,
  { label, places, priority, source, client }: NewBuffer<D, S>,
): SharedBuffer<D, S> {
  const sizeBytes = lengthOf(shape) * bytesPerElement(dtype);
  const { agent } = core;
  const id = takeBufferSlot(agent, sizeBytes, dtypeNumber(dtype), places[0] ?? 0, client);
  const at = bufferAt(agent, id.buffer);
  if (places.length > 1) store(agent.words, at + B_PLACES, placesWord(places));
  if (priority !== 0) setPriority(agent, id.buffer, priority);
  core.holds.set(id.buffer, (core.holds.get(id.buffer) ?? 0) + 1);
  const name = label ?? `buffer ${id.buffer}`;
  nameBuffer(core, id, name, shape);
  if (source !== undefined)
    giveSource(core, { ...id, dtype, shape, label: name, source: source as unknown as AnySource });
  return bufferOver(core, id, dtype, shape, name);
}

function toMapping<D extends DType, S extends readonly number[]>(
  view: LiveView<D, S>,
  job: LocalJob,
): Mapping<View<D, S>> & Mapping<ReadView<D, S>> {
  const dispose = (): void => {
    view.end();
    job.end();
  };
  const mapping = Object.assign(view, { dispose, [disposeKey]: dispose });
  // A read view is the same object with fewer methods in its type.
  return mapping as unknown as Mapping<View<D, S>> & Mapping<ReadView<D, S>>;
}
