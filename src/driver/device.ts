/**
 * A device with memory of its own: buffers are brought into it and out of it by its `copy`, and its `run` works on them.
 *
 * How much is in use is in the heap's slot, as of every heap; the bytes are the device's. Order of bringing in, under the
 * buffer's lock and those of whoever is moved out for it, all taken through one transaction (device-memory.ts):
 *   1. a block in the device; others are moved out one by one until there is one (device-room.ts)
 *   2. importers are told (buffer/exports.ts); 3. `copy` begins, after whatever uses the buffer
 *   4. its fence is listed as a move; 5. **placement**; the old block goes once the copy is over
 * Moving out is the same with a block in memory. What fails before 4 changes nothing but that importers map again.
 *
 * Whoever needs a buffer in memory says so in its slot and rings (memory/device-heap.ts); from the event loop here it is brought
 * home, in a transaction of its own that always has a ticket (service.ts). If the thread stops, what was in its device is lost.
 */
import { disposeKey } from '../base/dispose.ts';
import { FencelineError, fail } from '../base/errors.ts';
import type { Access } from '../base/view.ts';
import type { BufferId } from '../buffer/buffer.ts';
import { placementOf } from '../buffer/buffer.ts';
import type { Waiter } from '../cells/memory.ts';
import { addWaiter, nextWaiterOrder, removeWaiter } from '../cells/pump.ts';
import { reportUncaught } from '../cells/task.ts';
import type { Core } from '../core.ts';
import { addDevice, removeDevice } from '../device-heaps.ts';
import { mergePoints, type Points } from '../fence/points.ts';
import { watchPoints } from '../fence/watch.ts';
import { type Fence, fenceOver } from '../fence.ts';
import { blockStartBytes } from '../memory/allocator.ts';
import { claimDeviceHeap, clearWanted, closeDeviceHeap, isWanted } from '../memory/device-heap.ts';
import { usedBytes } from '../memory/heap-stats.ts';
import { residenceOf } from '../memory/residence.ts';
import { runService } from '../service.ts';
import type { SharedBuffer } from '../shared-buffer.ts';
import { partsOf } from '../shared-buffer.ts';
import { beforeClose, coreOf, type Space } from '../space.ts';
import type { CloseOptions } from '../space-options.ts';
import type { Transaction } from '../transaction.ts';
import type { AsyncTransaction } from '../transaction-async.ts';
import { whenOver } from '../waiting.ts';
import { DeviceMemory } from './device-memory.ts';
import { checkSpec, type Device, type DeviceSpec } from './device-spec.ts';
import { beginAfter, runningOf } from './locked.ts';
import { linkDevice, unlinkDevice } from './peers.ts';

/**
 * A device of this thread, with its memory as a heap of the space. From here on this thread must not block: others may wait for
 * its hooks (contract C16). Outcomes: the device; throws EINVAL (hooks, size, name), ENOSPC (heaps).
 */
export function device(space: Space, spec: DeviceSpec): Device {
  const core = coreOf(space);
  checkSpec(core, spec);
  return new OwnDevice(core, space, spec);
}

class OwnDevice implements Device {
  readonly name: string;
  readonly heap: string;
  readonly #core: Core;
  readonly #spec: DeviceSpec;
  readonly #memory: DeviceMemory;
  readonly #waiter: Waiter;
  readonly #forget: () => void;
  #isServing = false;
  /** Once it is disposed of: it goes when what it had is at home. */
  #leaving: Promise<void> | undefined;
  /** Its heap is somebody else's, or nobody's. */
  #isOver = false;

  constructor(core: Core, space: Space, spec: DeviceSpec) {
    this.#core = core;
    this.#spec = spec;
    this.name = spec.name;
    this.heap = spec.name;
    this.#memory = new DeviceMemory(core, spec, claimDeviceHeap(core.agent, spec.heap.sizeBytes));
    nameHeap(core, this.#memory.index, this.heap);
    addDevice(core, this.heap, this);
    linkDevice(core, this.name, spec.reaches ?? []);
    core.hooks++;
    this.#waiter = this.#listen();
    this.#forget = beforeClose(space, (options) => this.#leaveWith(options));
  }

  get usedBytes(): number {
    return this.#isOver || this.#core.isClosed ? 0 : usedBytes(this.#core.agent, this.#memory.index);
  }

  offsetOf(buffer: SharedBuffer): number {
    const parts = partsOf(buffer, this.#core, 'buffer');
    if (residenceOf(this.#core.agent, parts.buffer) === this.#memory.index) {
      return blockStartBytes(this.#core.agent, placementOf(this.#core.agent, parts.buffer));
    }
    return fail('EINVAL', `Buffer '${parts.label}' is not in the memory of device '${this.name}'.`, {
      argument: 'buffer',
    });
  }

  async submit(tx: Transaction, kernel: string, uses: ReadonlyMap<SharedBuffer, Access>): Promise<Fence> {
    this.#check();
    const running = runningOf(tx, this.#core);
    for (const buffer of uses.keys()) await this.bringIn(running, buffer);
    const users: Points[] = [];
    for (const buffer of uses.keys()) {
      // One that came later may have needed the place of one before it.
      await this.bringIn(running, buffer);
      users.push(this.#memory.usersOf(partsOf(buffer, this.#core, 'uses').buffer));
    }
    const points = mergePoints(this.#core.agent, users);
    const work = await beginAfter(this.#core, points, `users before '${kernel}'`, (after) =>
      this.#spec.run({ kernel, uses, after }),
    );
    const fence = fenceOver(this.#core, work, kernel);
    for (const [buffer, access] of uses) running.addFence(buffer, fence, access);
    return fence;
  }

  async bringIn(tx: AsyncTransaction, buffer: SharedBuffer): Promise<void> {
    this.#check();
    await this.#memory.bringIn(tx, buffer);
  }

  dispose(): void {
    void this.#leave();
  }

  /** The thread leaves: what is being copied is not left half way, unless nobody is to be waited for. */
  async #leaveWith({ abort = false }: CloseOptions): Promise<void> {
    await this.#leave();
    if (!abort && !this.#core.isClosed) await whenOver(this.#core, this.#memory.copies);
  }

  /** Outcomes: resolves once what it had is at home, or cannot come there. */
  #leave(): Promise<void> {
    this.#leaving ??= this.#end();
    return this.#leaving;
  }

  async #end(): Promise<void> {
    removeDevice(this.#core, this.heap);
    nameHeap(this.#core, this.#memory.index, `heap ${this.#memory.index}`);
    unlinkDevice(this.#core, this.name);
    removeWaiter(this.#core.agent, this.#waiter);
    this.#core.hooks--;
    try {
      // At once where there is nothing: its heap is the next device's.
      if (!this.#core.isClosed && this.#memory.residents.size > 0) await this.#bringAllHome();
    } catch (error) {
      reportUncaught(error);
    }
    this.#close();
  }

  [disposeKey](): void {
    this.dispose();
  }

  async #bringAllHome(): Promise<void> {
    for (const id of [...this.#memory.residents.values()]) await this.#bringHome(id);
  }

  #close(): void {
    const { agent } = this.#core;
    if (this.#core.isClosed || usedBytes(agent, this.#memory.index) > 0) return;
    this.#isOver = true;
    closeDeviceHeap(agent, this.#memory.index);
    watchPoints(agent, this.#memory.copies, this.#forget);
  }

  /** Hears who needs a buffer in memory. It keeps no process alive. */
  #listen(): Waiter {
    const waiter: Waiter = {
      order: nextWaiterOrder(),
      hint: -1,
      poll: () => {
        if (!this.#isServing && this.#wanted() !== undefined) void this.#serve();
        return false;
      },
      run: () => {},
    };
    addWaiter(this.#core.agent, waiter);
    return waiter;
  }

  #wanted(): BufferId | undefined {
    const { agent } = this.#core;
    for (const id of this.#memory.residents.values()) {
      if (residenceOf(agent, id.buffer) !== this.#memory.index) this.#memory.residents.delete(id.buffer);
      else if (isWanted(agent, id.buffer)) return id;
    }
    return undefined;
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    try {
      for (let id = this.#wanted(); id !== undefined && !this.#core.isClosed; id = this.#wanted()) {
        await this.#bringHome(id);
      }
    } catch (error) {
      // Without room in memory: whoever needs it gives up in its own time, or asks again.
      if (!this.#core.isClosed && !isOutOfMemory(error)) reportUncaught(error);
    } finally {
      this.#isServing = false;
    }
  }

  async #bringHome(id: BufferId): Promise<void> {
    await runService(
      this.#core,
      async (tx) => {
        const running = tx as AsyncTransaction;
        await running.lockVictim(id);
        clearWanted(this.#core.agent, id.buffer);
        await this.#memory.home(running, id);
      },
      { label: `home from '${this.name}'` },
    );
  }

  #check(): void {
    if (this.#leaving === undefined && !this.#core.isClosed) return;
    fail('ENODEV', `Device '${this.name}' is disposed.`, { device: this.name });
  }
}

/** Names are of this thread: other threads see how much is in use, and cannot place anything there. */
function nameHeap(core: Core, heap: number, name: string): void {
  const names = core.heapNames as string[];
  while (names.length < heap) names.push(`heap ${names.length}`);
  names[heap] = name;
}

function isOutOfMemory(error: unknown): boolean {
  return FencelineError.is(error, 'ENOMEM');
}
