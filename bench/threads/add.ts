/** The tiny job of `rows/tiny-jobs.ts`, the same for every library: adds one buffer to another, 16 bytes each. */

export const jobBytes = 16;

export function addBytes(source: Uint8Array, target: Uint8Array): void {
  for (let at = 0; at < jobBytes; at++) target[at] = ((target[at] ?? 0) + (source[at] ?? 0)) & 255;
}

/** What a library without kernels gets: views of shared memory, so that nothing is copied either. */
export interface AddTask {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
}
