/** Which devices of this thread reach the memory of which others, without going through memory that all share. */
import type { Core } from '../core.ts';

const links: WeakMap<Core, Map<string, ReadonlySet<string>>> = new WeakMap();

/** A device says whose memory it reaches. */
export function linkDevice(core: Core, device: string, reached: readonly string[]): void {
  let mine = links.get(core);
  if (mine === undefined) {
    mine = new Map();
    links.set(core, mine);
  }
  mine.set(device, new Set([...reached, device]));
}

export function unlinkDevice(core: Core, device: string): void {
  links.get(core)?.delete(device);
}

/** Whether the device reaches the other one's memory. A device that this thread does not know reaches none. */
export function reaches(core: Core, device: string, other: string): boolean {
  return links.get(core)?.get(device)?.has(other) === true;
}
