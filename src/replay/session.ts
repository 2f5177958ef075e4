/**
 * One sequence of system calls: names of a trace, and what they stand for in the facade.
 *
 * Names bind to the last object made under them; one that was not made stands for descriptor -1 and handle 0. Not here: the
 * operations (operations.ts), comparing (compare.ts).
 */
import type { Space } from '../index.ts';
import { type Uapi, uapi } from '../uapi.ts';
import { Sleepers } from './sleepers.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Bound {
  fd: number;
  handle: number;
  /** Which of the two open devices it belongs to. */
  device: 0 | 1;
}

export class Session {
  readonly clock: VirtualClock;
  readonly api: Uapi;
  readonly sleepers: Sleepers = new Sleepers();
  /** Descriptors of the two devices with sync objects, and of the two with buffers. */
  readonly syncDevices: readonly [number, number];
  readonly bufferDevices: readonly [number, number];
  readonly #names: Map<string, Bound> = new Map();
  #pipe: number | undefined;

  constructor(space: Space, clock: VirtualClock) {
    this.clock = clock;
    this.api = uapi(space, { clock });
    const open = (): number => this.api.openDrm().fd ?? -1;
    const devices = [open(), open(), open(), open()] as const;
    this.syncDevices = [devices[0], devices[2]];
    this.bufferDevices = [devices[1], devices[3]];
  }

  /** A name for what is being made; what it stood for before is out of reach by it. */
  bind(name: string): Bound {
    const bound: Bound = { fd: -1, handle: 0, device: 0 };
    this.#names.set(name, bound);
    return bound;
  }

  find(name: string): Bound | undefined {
    return this.#names.get(name);
  }

  /** All that names stand for. */
  bound(): Iterable<Bound> {
    return this.#names.values();
  }

  /** `x` is no descriptor, `p` the read end of a pipe. */
  fdOf(name: string): number {
    if (name === 'x') return -1;
    if (name !== 'p') return this.find(name)?.fd ?? -1;
    this.#pipe ??= this.api.pipe().fd ?? -1;
    return this.#pipe;
  }

  /** `h9` is the number 9 itself. */
  handleOf(name: string): number {
    if (name.startsWith('h')) return Number(name.slice(1));
    return this.find(name)?.handle ?? 0;
  }

  syncDeviceOf(name: string | undefined): number {
    return this.syncDevices[this.deviceOf(name)];
  }

  bufferDeviceOf(name: string | undefined): number {
    return this.bufferDevices[this.deviceOf(name)];
  }

  deviceOf(name: string | undefined): 0 | 1 {
    return (name === undefined ? undefined : this.find(name))?.device ?? 0;
  }
}

/** A device's number in the text of an operation. */
export function deviceIn(text: string | undefined): 0 | 1 {
  return (Number(text ?? 0) & 1) === 0 ? 0 : 1;
}
