/**
 * An importer's end: mapping under the lock, noticing that a mapping is stale, detaching.
 *
 * A mapping remembers the epoch of its buffer (buffer/exports.ts). Whoever moves the buffer from this thread calls the
 * importers' `invalidate` at once; if another thread does, the doorbell rings, and the pump calls it. A use looks at the
 * epoch itself, under the lock, so nothing depends on when the call comes.
 * Not here: the exporter's end (export-record.ts), and asking it from another thread (hook-service.ts).
 */
import { disposeKey } from '../base/dispose.ts';
import { fail } from '../base/errors.ts';
import type { Access } from '../base/view.ts';
import { type AttachmentId, createAttachment, DYNAMIC, freeAttachment, PEER } from '../buffer/attachments.ts';
import { reservationOf } from '../buffer/buffer.ts';
import { epochOf, exporterOf, exportFlags, REVOKED, ringExporter } from '../buffer/exports.ts';
import type { Core } from '../core.ts';
import { releaseBuffer, retainBuffer } from '../core.ts';
import { type Fence, fenceOver } from '../fence.ts';
import { pinHere, unpinHere } from '../pin-count.ts';
import { pendingPoints, USAGE_MOVE } from '../reservation/reservation.ts';
import type { BufferParts, SharedBuffer } from '../shared-buffer.ts';
import type { Transaction } from '../transaction.ts';
import type { AsyncTransaction } from '../transaction-async.ts';
import { whenOver } from '../waiting.ts';
import { type ImporterData, recordOf, refuseGone } from './export-record.ts';
import { askHook, type HookCall, waitsOf } from './hook-service.ts';
import type { Attachment, Importer } from './importer.ts';
import { addImporter, removeImporter, type Told } from './importers.ts';
import { lockingOf } from './locked.ts';
import { poisonable, type Staleness } from './stale.ts';

interface Mapped<M> {
  readonly mapping: M;
  readonly epoch: number;
  readonly staleness: Staleness;
}

/** Attaches an importer of this thread. Outcomes: attached; ENOSPC, and whatever refuses the importer: then nothing is. */
export function attachTo<M>(core: Core, buffer: SharedBuffer, parts: BufferParts, importer: Importer): Attachment<M> {
  return new OwnAttachment<M>(core, buffer, parts, importer);
}

class OwnAttachment<M> implements Attachment<M>, Told {
  readonly #core: Core;
  readonly #parts: BufferParts;
  readonly #buffer: SharedBuffer;
  readonly #importer: Importer;
  readonly #id: AttachmentId;
  readonly #mapped: Map<Access, Mapped<M>> = new Map();
  /** Accesses for which a static importer keeps the buffer where it is. */
  readonly #pinning: Set<Access> = new Set();
  #pins = 0;
  #isPeer = false;
  #isDisposed = false;

  constructor(core: Core, buffer: SharedBuffer, parts: BufferParts, importer: Importer) {
    this.#core = core;
    this.#parts = parts;
    this.#buffer = buffer;
    this.#importer = importer;
    const flags = (importer.invalidate === undefined ? 0 : DYNAMIC) | (importer.allowPeer === true ? PEER : 0);
    this.#id = createAttachment(core.agent, parts, flags);
    try {
      // An exporter on another thread lets it in when it maps for the first time.
      const served = recordOf(core, parts)?.admit(this.#id, this.#data());
      this.#isPeer = served?.info.isPeer ?? false;
    } catch (error) {
      freeAttachment(core.agent, this.#id);
      throw error;
    }
    retainBuffer(core, parts);
    addImporter(core, parts.buffer, this);
  }

  get isStale(): boolean {
    for (const access of this.#mapped.keys()) if (this.#fresh(access) !== undefined) return false;
    return true;
  }

  get isPeer(): boolean {
    return this.#isPeer;
  }

  get ready(): Fence {
    this.#check('ready');
    const points = pendingPoints(this.#core.agent, reservationOf(this.#core.agent, this.#parts.buffer), USAGE_MOVE);
    return fenceOver(this.#core, points, `moves of '${this.#parts.label}'`);
  }

  async map(tx: Transaction, access: Access = 'update'): Promise<M> {
    const running = this.#enter(tx, 'map');
    checkAccess(access);
    const known = this.#fresh(access);
    if (known !== undefined && this.#importer.cache === true) return known.mapping;
    this.#checkThere();
    const isPinning = this.#importer.invalidate === undefined && !this.#pinning.has(access);
    if (isPinning) await this.#pinFor(running);
    try {
      const mapping = await this.#ask(running, access);
      this.#enter(tx, 'map');
      if (this.#importer.invalidate === undefined) await this.#whenMoved(running);
      if (isPinning) this.#pinning.add(access);
      return mapping;
    } catch (error) {
      this.#forget(access);
      if (isPinning) this.#unpinFor();
      throw error;
    }
  }

  unmap(tx: Transaction, access: Access = 'update'): void {
    this.#enter(tx, 'unmap');
    checkAccess(access);
    this.#forget(access);
  }

  use(tx: Transaction, fence: Fence<unknown>, access: Access): void {
    const running = this.#enter(tx, 'use');
    if (this.isStale) {
      const sentence = `Importer '${this.#importer.name}' has no mapping of buffer '${this.#parts.label}' that is not stale.`;
      fail('EINVAL', `${sentence} Hint: map it again, under this lock.`, { argument: 'attachment' });
    }
    running.addFence(this.#buffer, fence, access);
  }

  async pin(tx: Transaction): Promise<void> {
    const running = this.#enter(tx, 'pin');
    if (this.#importer.invalidate === undefined) {
      const sentence = `Importer '${this.#importer.name}' cannot follow, so the buffer stays where it is while it is mapped.`;
      fail('EINVAL', `${sentence} Hint: pin() is for importers with invalidate().`, { argument: 'importer' });
    }
    this.#checkThere();
    await this.#pinFor(running);
    this.#pins++;
  }

  unpin(): void {
    if (this.#pins === 0) {
      fail('EINVAL', `Importer '${this.#importer.name}' has not pinned buffer '${this.#parts.label}'.`, {
        argument: 'attachment',
      });
    }
    this.#pins--;
    this.#unpinFor();
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { agent } = this.#core;
    removeImporter(this.#core, this.#parts.buffer, this);
    for (const { staleness } of this.#mapped.values()) staleness.isStale = true;
    this.#mapped.clear();
    if (this.#core.isClosed) return;
    for (let left = this.#pins + this.#pinning.size; left > 0; left--) this.#unpinFor();
    freeAttachment(agent, this.#id);
    ringExporter(agent, this.#parts.buffer);
    releaseBuffer(this.#core, this.#parts.buffer);
  }

  [disposeKey](): void {
    this.dispose();
  }

  /** Whether `invalidate` is to be called: something that was mapped is stale, and it was not told yet. */
  isToBeTold(): boolean {
    if (this.#importer.invalidate === undefined) return false;
    for (const { epoch, staleness } of this.#mapped.values()) {
      if (!staleness.isStale && epoch !== epochOf(this.#core.agent, this.#parts.buffer)) return true;
    }
    return false;
  }

  tell(): void {
    for (const [access, mapped] of this.#mapped) {
      if (mapped.epoch === epochOf(this.#core.agent, this.#parts.buffer)) continue;
      mapped.staleness.isStale = true;
      this.#mapped.delete(access);
    }
    this.#importer.invalidate?.();
  }

  /** The mapping of that access, unless it is stale. */
  #fresh(access: Access): Mapped<M> | undefined {
    const mapped = this.#mapped.get(access);
    if (mapped === undefined || this.#core.isClosed) return undefined;
    return mapped.epoch === epochOf(this.#core.agent, this.#parts.buffer) ? mapped : undefined;
  }

  /** From the exporter, wherever it is. */
  async #ask(running: AsyncTransaction, access: Access): Promise<M> {
    const { agent } = this.#core;
    const { buffer } = this.#parts;
    const record = recordOf(this.#core, this.#parts);
    let given: unknown;
    let epoch: number;
    if (record !== undefined) {
      given = await record.map(record.admit(this.#id, this.#data()), access, running);
      // Its hook may have moved the buffer before it mapped.
      epoch = epochOf(agent, buffer);
    } else {
      // Before it is asked: if it stops after its answer, the mapping is stale.
      epoch = epochOf(agent, buffer);
      const answer = (await this.#askHook('map', access, running)) as { mapping: unknown; isPeer: boolean };
      given = answer.mapping;
      this.#isPeer = answer.isPeer;
    }
    const former = this.#mapped.get(access);
    if (former !== undefined) former.staleness.isStale = true;
    const staleness: Staleness = { isStale: false };
    const mapping = poisonable(this.#core, given, staleness, this.#parts.label) as M;
    this.#mapped.set(access, { mapping, epoch, staleness });
    return mapping;
  }

  /** The mapping is used by nothing new. */
  #forget(access: Access): void {
    const mapped = this.#mapped.get(access);
    if (mapped === undefined) return;
    mapped.staleness.isStale = true;
    this.#mapped.delete(access);
    if (this.#pinning.delete(access)) this.#unpinFor();
    const record = recordOf(this.#core, this.#parts);
    if (record !== undefined) record.end(record.admit(this.#id, this.#data()), access);
    else this.#tellHook('unmap', access);
  }

  async #pinFor(running: AsyncTransaction): Promise<void> {
    const record = recordOf(this.#core, this.#parts);
    if (record === undefined) await this.#askHook('pin', 'read', running);
    else await record.pin(running);
    try {
      this.#enter(running, 'pin');
    } catch (error) {
      this.#unpinHook();
      throw error;
    }
    pinHere(this.#core, this.#parts, this.#parts.label);
  }

  #unpinFor(): void {
    unpinHere(this.#core, this.#parts.buffer);
    this.#unpinHook();
  }

  #unpinHook(): void {
    const record = recordOf(this.#core, this.#parts);
    if (record === undefined) this.#tellHook('unpin', 'read');
    else record.unpin();
  }

  async #whenMoved(running: AsyncTransaction): Promise<void> {
    const points = pendingPoints(this.#core.agent, reservationOf(this.#core.agent, this.#parts.buffer), USAGE_MOVE);
    if (!(await whenOver(this.#core, points, waitsOf(running.signal, running.deadline)))) running.refuseTime();
    this.#enter(running, 'map');
  }

  #askHook(hook: HookCall['hook'], access: Access, running: AsyncTransaction): Promise<unknown> {
    return askHook(this.#core, this.#call(hook, access), this.#parts.label, waitsOf(running.signal, running.deadline));
  }

  /** Without waiting for it: what the exporter does not hear of, it learns when the importer goes. */
  #tellHook(hook: HookCall['hook'], access: Access): void {
    if (exporterOf(this.#core.agent, this.#parts.buffer) < 0) return;
    askHook(this.#core, this.#call(hook, access), this.#parts.label, {}).catch(() => {});
  }

  #call(hook: HookCall['hook'], access: Access): HookCall {
    const { buffer, generation } = this.#parts;
    return { hook, buffer, generation, access, importer: { ...this.#data(), id: this.#id } };
  }

  #data(): ImporterData {
    const { name, invalidate, allowPeer, device, maxBytes, reaches } = this.#importer;
    return {
      ...{ name, isDynamic: invalidate !== undefined },
      ...(allowPeer === undefined ? {} : { allowPeer }),
      ...(device === undefined ? {} : { device }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(reaches === undefined ? {} : { reaches }),
    };
  }

  #enter(tx: Transaction, call: string): AsyncTransaction {
    this.#check(call);
    return lockingOf(tx, this.#core, this.#parts.buffer, this.#parts.label);
  }

  #checkThere(): void {
    const { agent } = this.#core;
    const { buffer, label } = this.#parts;
    if ((exportFlags(agent, buffer) & REVOKED) !== 0) {
      fail('ENODEV', `The memory of buffer '${label}' was taken back by its exporter.`, { device: label });
    }
    if (exporterOf(agent, buffer) < 0) refuseGone(label);
  }

  #check(call: string): void {
    if (!this.#isDisposed && !this.#core.isClosed) return;
    const sentence = `Importer '${this.#importer.name}' is not attached to buffer '${this.#parts.label}' any more.`;
    fail('EINVAL', sentence, { argument: call });
  }
}

function checkAccess(access: Access): void {
  if (access === 'read' || access === 'write' || access === 'update') return;
  fail('EINVAL', `The access (${String(access)}) is not read, write or update.`, { argument: 'access' });
}
