/** What those write who bring a device with memory of its own, and what they get. Not here: how it works (device.ts). */
import { checkCallback } from '../bad-input.ts';
import { fail } from '../base/errors.ts';
import type { Access } from '../base/view.ts';
import type { Core } from '../core.ts';
import type { Fence } from '../fence.ts';
import type { SharedBuffer } from '../shared-buffer.ts';
import type { Transaction } from '../transaction.ts';

/** One copy that a device is to begin. */
export interface DeviceCopy {
  /** What must be over first: work on the buffer, and on the place it goes to. */
  readonly after: Fence;
  /** Where in the device's memory it is, or is to be. */
  readonly offsetBytes: number;
  /** The other end, in memory: to be read, or written. Undefined: nobody has written the buffer, so zeros are to be there. */
  readonly bytes: Uint8Array | undefined;
}

/** Work for a device. */
export interface DeviceJob {
  readonly kernel: string;
  readonly uses: ReadonlyMap<SharedBuffer, Access>;
  /** What must be over first: moves that are under way, and earlier work. */
  readonly after: Fence;
}

export interface DeviceSpec {
  readonly name: string;
  readonly heap: { readonly sizeBytes: number };
  /** Devices whose memory it reaches directly: importers that allow it get addresses there. */
  readonly reaches?: readonly string[];
  /**
   * Begins to copy a buffer into the heap named `to`: this device's own, or memory. Outcomes: the fence of the copy; what it
   * throws keeps the buffer where it is.
   */
  copy(from: SharedBuffer, to: string, copy: DeviceCopy): Promise<Fence>;
  /** Begins work on buffers that are in its memory, or on their way. Outcomes: the fence of the work. */
  run(job: DeviceJob): Fence;
}

export interface Device extends Disposable {
  readonly name: string;
  /** The name of its memory, for `tx.place` and `buffer.isIn`: on this thread. */
  readonly heap: string;
  readonly usedBytes: number;
  /**
   * Where in the device's memory a buffer is. Outcomes: EINVAL if it is not. Context: its lock is held; true until the transaction
   * brings another one in, for which it may have to change its place.
   */
  offsetOf(buffer: SharedBuffer): number;
  /**
   * Brings buffers into the device's memory, moves others out for them, and begins work on them, whose fence is added to each.
   * Outcomes: that fence; rejects with ENOMEM, EBUSY (pinned elsewhere), EINVAL, or what the hooks throw.
   */
  submit(tx: Transaction, kernel: string, uses: ReadonlyMap<SharedBuffer, Access>): Promise<Fence>;
  /** Brings home what it has, and is gone: waits for nothing; what cannot come home is lost (EOWNERDEAD). */
  dispose(): void;
}

/** Outcomes: nothing; EINVAL (hooks, size, name). */
export function checkSpec(core: Core, spec: DeviceSpec): void {
  if (typeof spec !== 'object' || spec === null || typeof spec.name !== 'string') {
    fail('EINVAL', 'The device is not an object with a name.', { argument: 'spec' });
  }
  checkCallback(spec.copy, 'spec.copy');
  checkCallback(spec.run, 'spec.run');
  const { name } = spec;
  if (core.heapNames.includes(name)) fail('EINVAL', `There is a heap '${name}' already.`, { argument: 'spec.name' });
  const sizeBytes = spec.heap?.sizeBytes;
  if (Number.isSafeInteger(sizeBytes) && sizeBytes > 0) return;
  fail('EINVAL', `The memory of device '${name}' (${sizeBytes} bytes) is not a whole number of bytes from 1 on.`, {
    argument: 'spec.heap',
  });
}
