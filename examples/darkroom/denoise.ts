/**
 * Edge-preserving denoise: a bilateral filter in integers.
 *
 * Every neighbour within `radius` counts by how near it is and by how alike its colour is, so flat areas are averaged
 * and edges stay. All weights come from two small tables of integers, and a pixel is one integer division, so the
 * result has no rounding that an engine could do differently, and does not depend on how rows were cut.
 */
import type { ReadBytes, Rows, Size } from '../bytes.ts';

/** Above this the sums of one pixel could leave 31 bits: 15 * 15 taps * 64 * 256 * 255 = 940 million, 17 * 17 do not fit. */
export const RADIUS_MAX = 7;
const DIFFERENCE_MAX = 3 * 255;

/**
 * Denoises rows of an RGB image into `dst`, which holds these rows only.
 *
 * @param radius 1 to RADIUS_MAX pixels
 * @param strength 1 to 255: the mean difference per channel from which a neighbour counts for nothing
 */
export function denoiseRows(
  src: ReadBytes,
  { width, height }: Size,
  dst: Uint8Array,
  rows: Rows,
  radius: number,
  strength: number,
): void {
  const alike = likenessTable(strength * 3);
  const near = nearnessTable(radius);
  const across = 2 * radius + 1;
  let out = 0;
  for (let y = rows.from; y < rows.from + rows.count; y++) {
    const top = Math.max(0, y - radius);
    const bottom = Math.min(height - 1, y + radius);
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - radius);
      const right = Math.min(width - 1, x + radius);
      const at = (y * width + x) * 3;
      const red = src[at]!;
      const green = src[at + 1]!;
      const blue = src[at + 2]!;
      let sum = 0;
      let redSum = 0;
      let greenSum = 0;
      let blueSum = 0;
      for (let yy = top; yy <= bottom; yy++) {
        let tap = (yy - y + radius) * across + (left - x + radius);
        let from = (yy * width + left) * 3;
        for (let xx = left; xx <= right; xx++) {
          const r = src[from]!;
          const g = src[from + 1]!;
          const b = src[from + 2]!;
          const weight = near[tap]! * alike[Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue)]!;
          sum += weight;
          redSum += weight * r;
          greenSum += weight * g;
          blueSum += weight * b;
          from += 3;
          tap++;
        }
      }
      const half = sum >> 1; // the pixel itself always counts, so the sum is never zero
      dst[out] = ((redSum + half) / sum) | 0;
      dst[out + 1] = ((greenSum + half) / sum) | 0;
      dst[out + 2] = ((blueSum + half) / sum) | 0;
      out += 3;
    }
  }
}

/** Weight 256 for equal colours, falling smoothly (1 - (d/limit)^2)^2 to 0 at `limit` and beyond. */
function likenessTable(limit: number): Uint16Array {
  const table = new Uint16Array(DIFFERENCE_MAX + 1);
  const square = limit * limit;
  for (let difference = 0; difference <= DIFFERENCE_MAX && difference < limit; difference++) {
    const rest = square - difference * difference;
    table[difference] = Math.floor((256 * rest * rest) / (square * square));
  }
  table[0] = 256;
  return table;
}

/** Weight 64 in the middle of a square of taps, falling to a little above 0 in its corners. */
function nearnessTable(radius: number): Uint8Array {
  const across = 2 * radius + 1;
  const table = new Uint8Array(across * across);
  const reach = 2 * (radius + 1) * (radius + 1);
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      table[(dy + radius) * across + dx + radius] = Math.floor((64 * (reach - dx * dx - dy * dy)) / reach);
    }
  }
  return table;
}
