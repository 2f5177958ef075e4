/**
 * What the exporter's thread keeps of a buffer that it exports: who is attached, and which mappings were given out.
 *
 * Shared memory says who is attached and whether mappings are stale (buffer/attachments.ts, buffer/exports.ts); this list is
 * brought in line with it whenever the agent is rung about the buffer, and after every repair. A mapping ends when its
 * importer says so, has gone, or maps anew; or when it is stale. Then it is unmapped once all is over that was listed at
 * that moment: whoever used it had its fence listed under the lock.
 *
 * Not here: requests from other threads (hook-service.ts), the public objects (exported.ts, attachment.ts).
 */
import { fail } from '../base/errors.ts';
import { B_STATE } from '../base/layout.ts';
import type { Access } from '../base/view.ts';
import { type AttachmentId, isAttached } from '../buffer/attachments.ts';
import { type BufferId, bufferAt, bufferSizeBytes, reservationOf } from '../buffer/buffer.ts';
import { epochOf, exportHint } from '../buffer/exports.ts';
import { load } from '../cells/cell.ts';
import type { Waiter } from '../cells/memory.ts';
import { addWaiter, nextWaiterOrder } from '../cells/pump.ts';
import { generationOf } from '../cells/slot.ts';
import { reportUncaught } from '../cells/task.ts';
import type { Core } from '../core.ts';
import { retainBuffer } from '../core.ts';
import { watchPoints } from '../fence/watch.ts';
import { pendingPoints, USAGE_BOOKKEEP } from '../reservation/reservation.ts';
import { bufferOver, partsOf, type SharedBuffer } from '../shared-buffer.ts';
import type { Transaction } from '../transaction.ts';
import type { AttachmentInfo, AttachRequest, Exporter, MapRequest } from './exporter.ts';
import type { Importer } from './importer.ts';
import { reaches } from './peers.ts';

/** What an importer says of itself, as plain data. */
export type ImporterData = Omit<Importer, 'invalidate' | 'cache'> & { readonly isDynamic: boolean };

interface Given {
  readonly mapping: unknown;
  readonly epoch: number;
}

/** One importer that was let in. */
interface Served {
  readonly id: AttachmentId;
  readonly info: AttachmentInfo;
  readonly given: Map<Access, Given>;
  /** Mappings that are not unmapped yet, also those that have ended. */
  live: number;
  isGone: boolean;
}

const records: WeakMap<Core, Map<number, ExportRecord>> = new WeakMap();

/** What this thread exports in that slot. Outcomes: the record, or undefined: another thread does, or nobody any more. */
export function recordOf(core: Core, { buffer, generation }: BufferId): ExportRecord | undefined {
  const record = records.get(core)?.get(buffer);
  return record?.id.generation === generation ? record : undefined;
}

export class ExportRecord {
  readonly core: Core;
  readonly id: BufferId;
  readonly exporter: Exporter<unknown>;
  readonly #original: WeakRef<SharedBuffer>;
  /** For after its end: every use of it is refused, and its number tells which buffer it was. */
  readonly #disposed: SharedBuffer;
  /** By slot; one that went stays until its mappings are unmapped. */
  readonly #served: Map<number, Served> = new Map();
  #live = 0;
  /** What `vmap` gave, and to how many. */
  #bytes: Uint8Array | undefined;
  #vmaps = 0;
  #seenEpoch: number;
  #idle: (() => void)[] = [];
  #isOver = false;

  constructor(core: Core, id: BufferId, buffer: SharedBuffer, exporter: Exporter<unknown>) {
    this.core = core;
    this.id = id;
    this.exporter = exporter;
    this.#original = new WeakRef(buffer);
    this.#disposed = this.#another(buffer);
    this.#disposed.dispose();
    this.#seenEpoch = epochOf(core.agent, id.buffer);
  }

  /** From here on this thread looks after it. */
  open(): void {
    let mine = records.get(this.core);
    if (mine === undefined) {
      mine = new Map();
      records.set(this.core, mine);
    }
    mine.set(this.id.buffer, this);
    this.#watch();
  }

  /** Lets an importer in, once. Outcomes: it may map; EINVAL (size, or it cannot follow), ENODEV (out of reach), or what the hook throws. */
  admit(id: AttachmentId, importer: ImporterData): Served {
    const known = this.#served.get(id.attachment);
    if (known?.id.generation === id.generation) return known;
    const request = this.#check(importer);
    this.withBuffer((buffer) => this.exporter.attach?.(buffer, request));
    const { name, isDynamic } = request;
    const info: AttachmentInfo = { name, isDynamic, isPeer: request.isPeer && this.#isPeer(importer) };
    const served: Served = { id, info, given: new Map(), live: 0, isGone: false };
    // What was in the slot before has gone; whoever is left of it is known by its own record.
    if (known !== undefined) this.#drop(known);
    this.#served.set(id.attachment, served);
    return served;
  }

  /** A mapping from the exporter. Context: the lock is held, here or by who asks. Outcomes: it; ENOMEM, or what the hook throws. */
  async map(served: Served, access: Access, tx: Transaction): Promise<unknown> {
    const request: MapRequest = { ...served.info, access };
    const mapping = await this.withBufferAsync((buffer) => this.exporter.map(buffer, tx, request));
    if (mapping === undefined || mapping === null) {
      const askedBytes = bufferSizeBytes(this.core.agent, this.id.buffer);
      const sentence = `Exporter '${this.exporter.name}' gave importer '${served.info.name}' no mapping (${askedBytes} bytes).`;
      fail('ENOMEM', sentence, { askedBytes, heap: this.exporter.name, pinned: [] });
    }
    this.end(served, access);
    served.given.set(access, { mapping, epoch: epochOf(this.core.agent, this.id.buffer) });
    served.live++;
    this.#live++;
    return mapping;
  }

  /** The mapping is used by nothing new: it is unmapped once what is listed now is over. */
  end(served: Served, access: Access): void {
    const given = served.given.get(access);
    if (given === undefined) return;
    served.given.delete(access);
    this.#whenIdle(() => this.#unmap(served, given));
  }

  async pin(tx: Transaction): Promise<void> {
    await this.withBufferAsync(async (buffer) => this.exporter.pin?.(buffer, tx));
  }

  unpin(): void {
    this.withBuffer((buffer) => this.exporter.unpin?.(buffer));
  }

  /** The exporter's own view of its memory as bytes; the same one until the last is given back. Outcomes: undefined if it has no such hook. */
  vmap(): Uint8Array | undefined {
    if (this.exporter.vmap === undefined) return undefined;
    this.#bytes ??= this.withBuffer((buffer) => this.exporter.vmap?.(buffer));
    if (this.#bytes !== undefined) this.#vmaps++;
    return this.#bytes;
  }

  vunmap(): void {
    if (this.#bytes === undefined || --this.#vmaps > 0) return;
    this.#bytes = undefined;
    this.withBuffer((buffer) => this.exporter.vunmap?.(buffer));
  }

  /** Brings the list in line with shared memory. From the event loop, or under the lock after a move. */
  tidy(): void {
    const { agent } = this.core;
    const epoch = epochOf(agent, this.id.buffer);
    for (const served of this.#served.values()) {
      if (!isAttached(agent, served.id, this.id.buffer)) this.#drop(served);
      if (epoch === this.#seenEpoch || !served.info.isDynamic) continue;
      for (const [access, given] of served.given) if (given.epoch !== epoch) this.end(served, access);
    }
    this.#seenEpoch = epoch;
  }

  /** Calls `fn` once no mapping is left: now, or from the event loop. */
  whenUnmapped(fn: () => void): void {
    if (this.#live === 0) fn();
    else this.#idle.push(fn);
  }

  /** The buffer as the hooks get it: the one that was exported, or another object for it where that is disposed of. */
  withBuffer<R>(fn: (buffer: SharedBuffer) => R): R {
    const { buffer, done } = this.#borrow();
    try {
      return fn(buffer);
    } finally {
      done();
    }
  }

  async withBufferAsync<R>(fn: (buffer: SharedBuffer) => Promise<R>): Promise<R> {
    const { buffer, done } = this.#borrow();
    try {
      return await fn(buffer);
    } finally {
      done();
    }
  }

  #borrow(): { buffer: SharedBuffer; done: () => void } {
    const original = this.#original.deref();
    if (original !== undefined && this.#isOpen(original)) return { buffer: original, done: () => {} };
    if (!this.#isThere()) return { buffer: this.#disposed, done: () => {} };
    const buffer = this.#another(this.#disposed);
    return { buffer, done: () => buffer.dispose() };
  }

  /** One more object for it, with a reference of its own. Context: it is there. */
  #another({ dtype, shape, label }: SharedBuffer): SharedBuffer {
    retainBuffer(this.core, this.id);
    return bufferOver(this.core, this.id, dtype, shape, label);
  }

  #isOpen(buffer: SharedBuffer): boolean {
    try {
      partsOf(buffer, this.core, 'buffer');
      return true;
    } catch {
      return false;
    }
  }

  #check(importer: ImporterData): AttachRequest {
    const { name, isDynamic, maxBytes = Number.POSITIVE_INFINITY } = importer;
    const sizeBytes = bufferSizeBytes(this.core.agent, this.id.buffer);
    const exporter = this.exporter;
    if (sizeBytes > maxBytes) {
      const sentence = `The buffer of '${exporter.name}' (${sizeBytes} bytes) is more than importer '${name}' can map (${maxBytes}).`;
      fail('EINVAL', sentence, { argument: 'importer' });
    }
    if (!isDynamic && exporter.isRevocable === true) {
      const sentence = `Importer '${name}' cannot follow when exporter '${exporter.name}' takes its memory back.`;
      fail('EINVAL', `${sentence} Hint: give it invalidate().`, { argument: 'importer' });
    }
    const places = [...(exporter.heaps ?? []), ...(exporter.device === undefined ? [] : [exporter.device])];
    if (importer.reaches !== undefined && !places.some((place) => importer.reaches?.includes(place))) {
      const sentence = `Importer '${name}' reaches ${importer.reaches.join(', ') || 'nothing'}, and exporter '${exporter.name}' has its memory in ${places.join(', ') || 'a place of its own'}.`;
      fail('ENODEV', sentence, { device: name });
    }
    return { name, isDynamic, isPeer: this.#isPeer(importer) };
  }

  /** Both have to want it, and their devices to reach each other, if they say which they are. */
  #isPeer({ allowPeer = false, device }: ImporterData): boolean {
    const own = this.exporter.device;
    return allowPeer && own !== undefined && (device === undefined || reaches(this.core, device, own));
  }

  /** Its importer has gone: what it has mapped ends, and after that the exporter hears of it. */
  #drop(served: Served): void {
    if (served.isGone) return;
    served.isGone = true;
    for (const access of served.given.keys()) this.end(served, access);
    if (served.live === 0) this.#detach(served);
  }

  #unmap(served: Served, { mapping }: Given): void {
    served.live--;
    this.#live--;
    this.#call(() => this.exporter.unmap(mapping));
    if (served.isGone && served.live === 0) this.#detach(served);
    this.#settle();
  }

  #settle(): void {
    if (this.#live > 0) return;
    for (const fn of this.#idle.splice(0)) fn();
    if (!this.#isOver || this.#served.size > 0) return;
    this.#isOver = false;
    this.#call(() => this.withBuffer((buffer) => this.exporter.release(buffer)));
    onExportOver?.(this.core);
  }

  /** From the event loop: whoever detaches may hold locks. */
  #detach(served: Served): void {
    this.#soon(() => {
      this.#call(() => this.withBuffer((buffer) => this.exporter.detach?.(buffer, served.info)));
      if (this.#served.get(served.id.attachment) === served) this.#served.delete(served.id.attachment);
      this.#settle();
    });
  }

  #soon(fn: () => void): void {
    if (this.core.isClosed) fn();
    else watchPoints(this.core.agent, [], fn);
  }

  /** After what is listed now. From the event loop. */
  #whenIdle(fn: () => void): void {
    const { agent } = this.core;
    // A thread that has left is rung no more, and what is gone has nothing listed.
    if (this.core.isClosed) {
      fn();
      return;
    }
    const points = this.#isThere() ? pendingPoints(agent, reservationOf(agent, this.id.buffer), USAGE_BOOKKEEP) : [];
    watchPoints(agent, points, fn);
  }

  #isThere(): boolean {
    const { agent } = this.core;
    return generationOf(load(agent.words, bufferAt(agent, this.id.buffer) + B_STATE)) === this.id.generation;
  }

  #watch(): void {
    const { agent } = this.core;
    const isChanged = (): boolean => {
      if (!this.#isThere() || epochOf(agent, this.id.buffer) !== this.#seenEpoch) return true;
      for (const served of this.#served.values()) {
        if (!served.isGone && !isAttached(agent, served.id, this.id.buffer)) return true;
      }
      return false;
    };
    const waiter: Waiter = {
      order: nextWaiterOrder(),
      hint: exportHint(this.id.buffer),
      poll: isChanged,
      run: () => {
        if (this.core.isClosed && this.#isThere()) return;
        this.tidy();
        if (this.#isThere()) this.#watch();
        else this.#release();
      },
    };
    addWaiter(agent, waiter);
  }

  /** Nobody holds it any more, and all work on it is over: the exporter hears of it after its importers are gone. */
  #release(): void {
    const mine = records.get(this.core);
    if (mine?.get(this.id.buffer) === this) mine.delete(this.id.buffer);
    this.#isOver = true;
    this.#settle();
  }

  /** A hook that throws keeps nothing else from happening. */
  #call(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      reportUncaught(error);
    }
  }
}

/** Told when this thread exports one buffer less. */
let onExportOver: ((core: Core) => void) | undefined;

export function whenExportOver(fn: (core: Core) => void): void {
  onExportOver = fn;
}

/** Outcomes: throws EOWNERDEAD. */
export function refuseGone(label: string): never {
  const sentence = `The exporter of buffer '${label}' has stopped or left: its memory cannot be mapped any more.`;
  fail('EOWNERDEAD', sentence, { agent: 'unknown' });
}
