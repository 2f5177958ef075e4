/** The devices of this thread, by the name of their heap: how transactions bring buffers into memory that only a device sees. */
import type { Core } from './core.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { AsyncTransaction } from './transaction-async.ts';

/** A device whose memory buffers can be brought into. */
export interface DeviceHeap {
  bringIn(tx: AsyncTransaction, buffer: SharedBuffer): Promise<void>;
}

const devices: WeakMap<Core, Map<string, DeviceHeap>> = new WeakMap();

export function addDevice(core: Core, heap: string, device: DeviceHeap): void {
  let mine = devices.get(core);
  if (mine === undefined) {
    mine = new Map();
    devices.set(core, mine);
  }
  mine.set(heap, device);
}

export function removeDevice(core: Core, heap: string): void {
  devices.get(core)?.delete(heap);
}

export function deviceNamed(core: Core, heap: string | undefined): DeviceHeap | undefined {
  return heap === undefined ? undefined : devices.get(core)?.get(heap);
}
