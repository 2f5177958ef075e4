/**
 * Sharpens one plane: adds what a 3 x 3 binomial blur takes away. Integers only.
 */
import type { ReadBytes } from '../bytes.ts';
import type { Plane } from './y4m.ts';

/**
 * Sharpens the first plane of `src` into the first of `dst`.
 *
 * @param percent how much of the difference to the blur is added, 0 to 400
 */
export function sharpenPlane(src: ReadBytes, dst: Uint8Array, { width, height }: Plane, percent: number): void {
  const column = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const here = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) column[x] = src[above + x]! + 2 * src[here + x]! + src[below + x]!;
    for (let x = 0; x < width; x++) {
      const left = column[Math.max(0, x - 1)]!;
      const right = column[Math.min(width - 1, x + 1)]!;
      const blurred = (left + 2 * column[x]! + right + 8) >> 4;
      const value = src[here + x]!;
      const result = value + ((((value - blurred) * percent) / 100) | 0);
      dst[here + x] = Math.max(0, Math.min(255, result));
    }
  }
}

/** Sharpens a frame: its brightness only, for sharpened colours fray. */
export function sharpenFrame(src: ReadBytes, dst: Uint8Array, { width, height }: Plane, percent: number): void {
  sharpenPlane(src, dst, { width, height }, percent);
  for (let at = width * height; at < dst.length; at++) dst[at] = src[at]!;
}
