/**
 * Where a transaction puts buffers and drafts: in which heap there is room for one, and whom it evicts for that (Linux:
 * ttm_bo_validate). Contention is never out of memory: a victim that somebody holds is `contended`, and the transaction
 * waits for it with its ticket.
 *
 * Context of all here: the buffer's lock is held by the transaction's ticket. Nothing waits.
 * Not here: the eviction (memory/evict.ts), waiting for room (transaction-async.ts, transaction-sync.ts).
 */
import { fail } from './base/errors.ts';
import { B_LAST_USE, H_SUBMITTED } from './base/layout.ts';
import { bufferAt, placementOf, reservationOf } from './buffer/buffer.ts';
import { load, store } from './cells/cell.ts';
import type { Core } from './core.ts';
import { chargedHeap, clientOf, shortAccount } from './memory/account.ts';
import type { Request } from './memory/evict.ts';
import { moveEvicting, newRequest, takeBlockEvicting } from './memory/evict.ts';
import { moveLocked } from './memory/move.ts';
import { isPinned, pinnersOf } from './memory/pins.ts';
import { HEAP_DEVICE, isUsableIn, kindOfHeap, placeAt, residenceOf } from './memory/residence.ts';
import { noRoom } from './no-room.ts';
import type { LockSet } from './reservation/lock-set.ts';
import type { UsedPoint } from './reservation/reservation.ts';
import { pendingPoints, USAGE_BOOKKEEP } from './reservation/reservation.ts';
import { isIdle, isReturned } from './schedule/idle.ts';

/** No list of heaps: wherever agents address it. */
export const anywhere: readonly number[] = [];

/** A buffer, and what it is called. */
interface Named {
  readonly buffer: number;
  readonly label: string;
}

export class TransactionPlaces {
  readonly #core: Core;
  readonly #set: LockSet;
  /** Buffers that this run has locked for itself, and those that were locked for it before it began. */
  readonly #used: number[];
  /** Whose job it counts as. */
  #client = 0;
  #request: Request | undefined;
  /** Heaps that had no room, by the buffer that it was asked for. */
  readonly #refused: Map<number, number> = new Map();

  constructor(core: Core, set: LockSet, needed: Iterable<number> = []) {
    this.#core = core;
    this.#set = set;
    this.#used = [...needed];
  }

  /** A buffer that the last attempt could have evicted, had somebody not held its lock; -1: none. */
  get contended(): number {
    return this.#request?.contended ?? -1;
  }

  /** This run has locked the buffer. */
  noteUse(buffer: number): void {
    const { words } = this.#core.agent;
    const { chooser } = this.#core.agent;
    const order = load(words, H_SUBMITTED);
    // As one job, of the client whose buffer it locks first.
    if (this.#used.push(buffer) === 1) {
      this.#client = clientOf(this.#core.agent, buffer);
      chooser?.noteStart(this.#core.agent, this.#client, order);
    }
    chooser?.noteUse(this.#core.agent, buffer, this.#client, order);
    store(words, bufferAt(this.#core.agent, buffer) + B_LAST_USE, order);
  }

  /** Whether a buffer is where it is wanted most: then nothing has to be done. Context: locked. */
  isPlaced(buffer: number, heaps: readonly number[]): boolean {
    if (heaps.length === 0) return isUsableIn(this.#core.agent, buffer, -1);
    return residenceOf(this.#core.agent, buffer) === heaps[0];
  }

  /** Whether a buffer is where one of these heaps, or none at all, allows it to be. Context: locked. */
  mayStay(buffer: number, heaps: readonly number[]): boolean {
    const { agent } = this.#core;
    if (heaps.length === 0) return isUsableIn(agent, buffer, -1);
    const residence = residenceOf(agent, buffer);
    return residence >= 0 && heaps.includes(residence);
  }

  /** Points that have to be over before a buffer can be moved; none if it has no memory. Context: locked. */
  moveBlockers(buffer: number): UsedPoint[] {
    const { agent } = this.#core;
    if (placementOf(agent, buffer) < 0) return [];
    const points = pendingPoints(agent, reservationOf(agent, buffer), USAGE_BOOKKEEP);
    return points.filter((point) => !isReturned(agent, point));
  }

  /**
   * Brings a buffer into one of these heaps, the first if possible; without any, into those it was made for. Context:
   * locked, and nobody uses it unless it may stay. Outcomes: false if there is no room now; throws EBUSY if it is pinned elsewhere.
   */
  tryPlace(named: Named, heaps: readonly number[]): boolean {
    const { agent } = this.#core;
    const { buffer } = named;
    const residence = residenceOf(agent, buffer);
    const stays = this.mayStay(buffer, heaps);
    if (residence >= 0 && isPinned(agent, buffer)) return stays || this.#refusePinned(named, residence);
    if (stays) {
      this.#improve(buffer, heaps, residence);
      return true;
    }
    for (let rank = 0, heap = this.#wanted(buffer, heaps, 0); heap >= 0; heap = this.#wanted(buffer, heaps, ++rank)) {
      if (kindOfHeap(agent, heap) !== HEAP_DEVICE && moveLocked(agent, buffer, heap) === 'moved') return true;
    }
    const request = this.#asking();
    for (let rank = 0, heap = this.#wanted(buffer, heaps, 0); heap >= 0; heap = this.#wanted(buffer, heaps, ++rank)) {
      if (kindOfHeap(agent, heap) !== HEAP_DEVICE && moveEvicting(agent, request, buffer, heap)) return true;
    }
    this.#refused.set(buffer, this.#wanted(buffer, heaps, 0));
    return false;
  }

  /** Whether this run has locked the buffer for itself, and not only to move it out of the way. */
  isUsed(buffer: number): boolean {
    return this.#used.includes(buffer);
  }

  /** A block in that heap for a buffer that is elsewhere. Outcomes: the block, this agent's; undefined without room. */
  takeIn(buffer: number, heap: number): number | undefined {
    const block = takeBlockEvicting(this.#core.agent, this.#asking(), buffer, heap);
    return block < 0 ? undefined : block;
  }

  /** A block for a draft, where the buffer is. Outcomes: the block, this agent's; -1 without room; EBUSY for a pinned buffer. */
  takeDraft(named: Named): number {
    const { agent } = this.#core;
    const residence = residenceOf(agent, named.buffer);
    // Publishing a draft would move it.
    if (isPinned(agent, named.buffer)) this.#refusePinned(named, residence);
    const block = takeBlockEvicting(agent, this.#asking(), named.buffer, residence);
    if (block < 0) this.#refused.set(named.buffer, residence);
    return block;
  }

  /** Token of the account whose budget has no room for so much more; 0: if anything, the heap has none. */
  shortOf(buffer: number, bytes: number): number {
    const { agent } = this.#core;
    return this.#asked(buffer) === chargedHeap ? shortAccount(agent, buffer, bytes) : 0;
  }

  /** Outcomes: throws ENOMEM. */
  refuseMemory({ label, buffer }: Named, askedBytes: number): never {
    const heap = this.#asked(buffer);
    const where = ` in heap '${this.#core.heapNames[heap] ?? 'system'}'`;
    const what = `'${label}' (${askedBytes} bytes)`;
    throw noRoom(this.#core, { askedBytes, heap, client: this.shortOf(buffer, askedBytes), where, what });
  }

  /** What may stay moves to a better heap only if there is room, and nobody uses it. */
  #improve(buffer: number, heaps: readonly number[], residence: number): void {
    for (const heap of heaps) {
      // What is in a device leaves it only by its device's hooks, and comes in by them.
      if (kindOfHeap(this.#core.agent, heap) === HEAP_DEVICE || kindOfHeap(this.#core.agent, residence) === HEAP_DEVICE)
        return;
      if (heap === residence || !isIdle(this.#core.agent, buffer)) return;
      if (moveLocked(this.#core.agent, buffer, heap) === 'moved') return;
    }
  }

  #wanted(buffer: number, heaps: readonly number[], rank: number): number {
    return heaps.length === 0 ? placeAt(this.#core.agent, buffer, rank) : (heaps[rank] ?? -1);
  }

  /** The heap that was asked for room last, or will be: that of the contents if they can be used where they are, for a draft goes there too. */
  #asked(buffer: number): number {
    const { agent } = this.#core;
    const refused = this.#refused.get(buffer);
    if (refused !== undefined) return refused;
    return isUsableIn(agent, buffer, -1) ? residenceOf(agent, buffer) : placeAt(agent, buffer, 0);
  }

  #asking(): Request {
    this.#request ??= newRequest(this.#set, isIdle, (buffer) => !this.#used.includes(buffer));
    this.#request.contended = -1;
    return this.#request;
  }

  #refusePinned({ label, buffer }: Named, residence: number): never {
    const { agent, heapNames } = this.#core;
    const by = pinnersOf(agent, buffer)
      .map((pinner) => `agent ${pinner}`)
      .join(', ');
    fail('EBUSY', `Buffer '${label}' is pinned in heap '${heapNames[residence]}' by ${by}, and cannot be moved.`, {
      by,
    });
  }
}
