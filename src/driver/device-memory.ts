/**
 * The memory of a device: what is in it, and how that comes in and goes out (device.ts says in which order).
 *
 * `copy` only begins a move. Its fence is listed before the placement changes, so who comes next waits for it; and the place
 * that a buffer leaves is given away at once: the copy into it comes after the copy out of it. In memory a block goes when
 * the copy from it is over, for others write there without asking; and a buffer leaves memory after the jobs that were
 * admitted there, which look where it is when they begin. A copy that fails leaves contents that are lost, also where another
 * copy has gone on from there meanwhile.
 */
import { addForeign } from '../added-points.ts';
import { disposeKey } from '../base/dispose.ts';
import { codeNumber, errorNumber, fail } from '../base/errors.ts';
import { B_CONTENTS, B_FRESH } from '../base/layout.ts';
import type { BufferId } from '../buffer/buffer.ts';
import { bufferAt, bufferSizeBytes, placementOf, reservationOf } from '../buffer/buffer.ts';
import { invalidateLocked } from '../buffer/exports.ts';
import { load } from '../cells/cell.ts';
import { TRACE_MOVED } from '../cells/trace.ts';
import type { Core } from '../core.ts';
import { retainBuffer } from '../core.ts';
import { firstPending, mergePoints, type Points } from '../fence/points.ts';
import { watchPoints } from '../fence/watch.ts';
import { fenceOver } from '../fence.ts';
import { enterSeen } from '../foreign-memory.ts';
import { blockStartBytes, freeBlock } from '../memory/allocator.ts';
import { loseContents, replaceBlockLocked } from '../memory/device-heap.ts';
import { isPinned } from '../memory/pins.ts';
import { bytesOfBlock, takeBlockIn } from '../memory/placement.ts';
import { HEAP_MEMORY, kindOfHeap, placeAt, residenceOf } from '../memory/residence.ts';
import { ringQueued } from '../reservation/lock-set.ts';
import { pendingPoints, USAGE_BOOKKEEP, USAGE_MOVE } from '../reservation/reservation.ts';
import { isReturned } from '../schedule/idle.ts';
import { jobOfLane, seqnoOfJob, usesOf } from '../schedule/job.ts';
import type { BufferParts, SharedBuffer } from '../shared-buffer.ts';
import { bufferOver } from '../shared-buffer.ts';
import type { AsyncTransaction } from '../transaction-async.ts';
import { whenOver } from '../waiting.ts';
import { roomFor } from './device-room.ts';
import type { DeviceSpec } from './device-spec.ts';
import { waitsOf } from './hook-service.ts';
import { beginAfter, lockingOf } from './locked.ts';

/** What of its memory is being copied out, and may be copied into after that. */
interface HandedOn {
  readonly from: number;
  readonly to: number;
  readonly points: Points;
}

interface Move {
  /** Where to: a block of this agent's. */
  readonly block: number;
  readonly to: string;
  /** The block in memory, of the two. */
  readonly side: number;
  /** Where in the device's memory. */
  readonly range: { readonly from: number; readonly to: number };
  readonly why: number;
}

const memoryHeap = 'system';

export class DeviceMemory {
  readonly name: string;
  /** Its heap. */
  readonly index: number;
  /** What is in it, by slot: a hint, the truth is where a buffer is. */
  readonly residents: Map<number, BufferId> = new Map();
  readonly #core: Core;
  readonly #spec: DeviceSpec;
  #handedOn: HandedOn[] = [];
  /** The last copy of each buffer, until its end was looked at. */
  readonly #copies: Map<number, Points> = new Map();

  constructor(core: Core, spec: DeviceSpec, index: number) {
    this.#core = core;
    this.#spec = spec;
    this.name = spec.name;
    this.index = index;
  }

  /** Brings a buffer in, and others out for it. Outcomes: it is there; ENOMEM, EBUSY, EINVAL, or what the hook throws. */
  async bringIn(tx: AsyncTransaction, buffer: SharedBuffer): Promise<void> {
    const { agent } = this.#core;
    const parts = enterSeen(tx, buffer);
    await tx.lock(buffer);
    if (residenceOf(agent, parts.buffer) === this.index) return;
    this.#checkMovable(parts);
    const residence = residenceOf(agent, parts.buffer);
    // From elsewhere it comes by way of memory: out of a file, or another device.
    if (residence >= 0 && kindOfHeap(agent, residence) !== HEAP_MEMORY) await tx.place(buffer, []);
    await this.#whenUnseen(tx, parts.buffer);
    // While others go, nobody comes: the lock is held.
    await this.#moveIn(tx, parts, buffer, await roomFor(this.#core, this, tx, parts));
  }

  async #moveIn(tx: AsyncTransaction, parts: BufferParts, buffer: SharedBuffer, block: number): Promise<void> {
    const { agent } = this.#core;
    const from = blockStartBytes(agent, block);
    const range = { from, to: from + bufferSizeBytes(agent, parts.buffer) };
    const side = placementOf(agent, parts.buffer);
    await this.#move(tx, parts, buffer, { block, to: this.name, side, range, why: TRACE_MOVED });
  }

  /** Jobs and views look where the buffer is when they begin: it leaves memory after them, and not while they are to come. */
  async #whenUnseen(tx: AsyncTransaction, buffer: number): Promise<void> {
    const { agent } = this.#core;
    const isOfJob = ({ timeline, seqno }: Points[number]): boolean => {
      const job = jobOfLane(agent, timeline);
      return job >= 0 && seqnoOfJob(agent, job) === seqno && usesOf(agent, job).some((use) => use.buffer === buffer);
    };
    const points = this.usersOf(buffer).filter(isOfJob);
    if (!(await whenOver(this.#core, points, waitsOf(tx.signal, tx.deadline)))) tx.refuseTime();
    tx.check();
  }

  /** Brings in again what was moved out by this transaction. Outcomes: false without room. */
  async comeBack(tx: AsyncTransaction, id: BufferId): Promise<boolean> {
    const { agent } = this.#core;
    const block = takeBlockIn(agent, id.buffer, this.index);
    if (block < 0) return false;
    await this.#withBuffer(id, (parts, buffer) => this.#moveIn(tx, parts, buffer, block));
    return true;
  }

  /** What is being copied. */
  get copies(): Points {
    return mergePoints(this.#core.agent, [...this.#copies.values()]);
  }

  /** Copies a buffer into memory. `why`: as `replaceBlockLocked`. Context: its lock is held. Outcomes: false if it is not here, or pinned. */
  async home(tx: AsyncTransaction, id: BufferId, why: number = TRACE_MOVED): Promise<boolean> {
    const { agent } = this.#core;
    if (residenceOf(agent, id.buffer) !== this.index || isPinned(agent, id.buffer)) return false;
    await this.#withBuffer(id, async (parts, buffer) => {
      const block = await tx.takeRoom(parts, buffer.sizeBytes, this.#homeOf(id.buffer));
      const from = blockStartBytes(agent, placementOf(agent, id.buffer));
      const range = { from, to: from + buffer.sizeBytes };
      await this.#move(tx, parts, buffer, { block, to: memoryHeap, side: block, range, why });
    });
    return true;
  }

  /** Gives `fn` a buffer that nobody named here, as hooks get it. Context: its lock is held. */
  async #withBuffer(id: BufferId, fn: (parts: BufferParts, buffer: SharedBuffer) => Promise<void>): Promise<void> {
    const parts: BufferParts = { ...id, offset: 0, isPart: false, label: `buffer ${id.buffer}` };
    retainBuffer(this.#core, id);
    const buffer = bufferOver(this.#core, id, 'u8', [bufferSizeBytes(this.#core.agent, id.buffer)], parts.label);
    try {
      await fn(parts, buffer as unknown as SharedBuffer);
    } finally {
      buffer.dispose();
    }
  }

  /** Steps 2 to 5. Context: the lock is held, the block is this agent's. Outcomes: the buffer is there; what is thrown leaves it where it was. */
  async #move(
    tx: AsyncTransaction,
    parts: BufferParts,
    buffer: SharedBuffer,
    { block, to, side, range, why }: Move,
  ): Promise<void> {
    const core = this.#core;
    const { agent } = core;
    const isIn = to === this.name;
    let points: Points = [];
    try {
      const users = this.usersOf(parts.buffer);
      const before = isIn ? [users, ...this.#handedOnIn(range)] : [users];
      const isFresh = isIn && (side < 0 || load(agent.words, bufferAt(agent, parts.buffer) + B_FRESH) !== 0);
      const bytes = isFresh ? undefined : bytesOfBlock(agent, parts.buffer, side);
      invalidateLocked(agent, parts.buffer);
      points = await beginAfter(core, mergePoints(agent, before), `users of '${parts.label}'`, (after) =>
        this.#spec.copy(buffer, to, { after, offsetBytes: range.from, bytes }),
      );
      lockingOf(tx, core, parts.buffer, parts.label);
      addForeign(core, parts, points, USAGE_MOVE);
    } catch (error) {
      if (isIn) this.#handedOn.push({ ...range, points });
      this.#freeAfter(block, points);
      throw error;
    }
    // Those of others too: it copies what they brought.
    const copies = [points, this.#copies.get(parts.buffer) ?? [], this.#movesOf(parts.buffer)];
    const old = replaceBlockLocked(agent, parts.buffer, block, why);
    // Views that this run gave of it are of memory that others will have.
    tx.endViewsOf((given) => given.block === old);
    this.#watch(parts, block, mergePoints(agent, copies));
    if (isIn) {
      this.residents.set(parts.buffer, parts);
      this.#freeAfter(old, points);
      // Who found the device full of what was on its way looks again: it may have to go.
      ringQueued(agent);
    } else {
      this.residents.delete(parts.buffer);
      this.#handedOn.push({ ...range, points });
      freeBlock(agent, old);
    }
  }

  /** Copies out of a place that somebody comes after. */
  #handedOnIn(range: { from: number; to: number }): readonly Points[] {
    const { agent } = this.#core;
    const isUnder = (one: HandedOn): boolean => firstPending(agent, one.points, 0) >= 0;
    this.#handedOn = this.#handedOn.filter(isUnder);
    return this.#handedOn.filter(({ from, to }) => from < range.to && range.from < to).map(({ points }) => points);
  }

  #freeAfter(block: number, points: Points): void {
    const { agent } = this.#core;
    if (block < 0) return;
    watchPoints(agent, points, () => {
      if (!this.#core.isClosed) freeBlock(agent, block);
    });
  }

  #movesOf(buffer: number): Points {
    return pendingPoints(this.#core.agent, reservationOf(this.#core.agent, buffer), USAGE_MOVE);
  }

  /** A copy that fails leaves contents that nobody can rely on; so does one of what a failed copy should have brought. */
  #watch(parts: BufferParts, block: number, points: Points): void {
    const core = this.#core;
    const fence = fenceOver(core, points, `copy of '${parts.label}'`);
    const hold = fence.hold();
    this.#copies.set(parts.buffer, points);
    watchPoints(core.agent, points, () => {
      const { error } = fence;
      hold[disposeKey]();
      if (this.#copies.get(parts.buffer) === points) this.#copies.delete(parts.buffer);
      if (error === undefined || core.isClosed || placementOf(core.agent, parts.buffer) !== block) return;
      const at = bufferAt(core.agent, parts.buffer) + B_CONTENTS;
      if (load(core.agent.words, at) === 0)
        loseContents(core.agent, parts.buffer, errorNumber(error) || codeNumber('EIO'));
    });
  }

  #homeOf(buffer: number): number {
    const { agent } = this.#core;
    for (let rank = 0; ; rank++) {
      const heap = placeAt(agent, buffer, rank);
      if (heap < 0) return 0;
      if (kindOfHeap(agent, heap) === HEAP_MEMORY) return heap;
    }
  }

  usersOf(buffer: number): Points {
    const { agent } = this.#core;
    const points = pendingPoints(agent, reservationOf(agent, buffer), USAGE_BOOKKEEP);
    return points.filter((point) => !isReturned(agent, point));
  }

  #checkMovable(parts: BufferParts): void {
    const { agent } = this.#core;
    const sizeBytes = bufferSizeBytes(agent, parts.buffer);
    if (sizeBytes > this.#spec.heap.sizeBytes) {
      const sentence = `Buffer '${parts.label}' (${sizeBytes} bytes) is larger than the memory of device '${this.name}' (${this.#spec.heap.sizeBytes}).`;
      fail('EINVAL', sentence, { argument: 'buffer' });
    }
    if (!isPinned(agent, parts.buffer)) return;
    fail('EBUSY', `Buffer '${parts.label}' is pinned, and cannot move into device '${this.name}'.`, { by: 'a pin' });
  }
}
