/**
 * What reports and traces call kernels: their names, where this thread has heard of them. Not here: timelines
 * (point-info.ts), buffers (report.ts), and the reports themselves (describe.ts, src/trace/, src/dump/).
 */
import type { Core } from './core.ts';

/** By pool and kernel: as many as pools were made here. */
const names: WeakMap<Core, Map<number, string>> = new WeakMap();
/** Kernels of one pool in the key of a name. */
const kernelSpan = 2 ** 20;

export function nameKernel(core: Core, pool: number, kernel: number, name: string): void {
  let map = names.get(core);
  if (map === undefined) {
    map = new Map();
    names.set(core, map);
  }
  map.set(pool * kernelSpan + kernel, name);
}

/** Outcomes: the name, or its number if nobody named it here. */
export function nameOfKernel(core: Core, pool: number, kernel: number): string {
  return names.get(core)?.get(pool * kernelSpan + kernel) ?? `kernel ${kernel}`;
}
