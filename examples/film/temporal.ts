/**
 * Temporal denoise: each byte of a frame is averaged with the same byte of the frames before and after, as far as they
 * are alike. What moved is not alike and stays as it is; what stood still loses its grain. Integers only.
 */
import type { ReadBytes } from '../bytes.ts';

/**
 * @param strength 1 to 255: the difference from which a neighbour counts for nothing
 */
export function denoiseBytes(
  before: ReadBytes,
  now: ReadBytes,
  after: ReadBytes,
  clean: Uint8Array,
  strength: number,
): void {
  const alike = likenessTable(strength);
  for (let at = 0; at < clean.length; at++) {
    const value = now[at]!;
    const [early, late] = [before[at]!, after[at]!];
    const earlyWeight = alike[Math.abs(early - value)]!;
    const lateWeight = alike[Math.abs(late - value)]!;
    const sum = 256 + earlyWeight + lateWeight;
    clean[at] = ((256 * value + earlyWeight * early + lateWeight * late + (sum >> 1)) / sum) | 0;
  }
}

/** 256 for equal bytes, falling smoothly to 0 at `limit`. */
function likenessTable(limit: number): Uint16Array {
  const table = new Uint16Array(256);
  const square = limit * limit;
  for (let difference = 0; difference < Math.min(256, limit); difference++) {
    table[difference] = Math.floor((256 * (square - difference * difference)) / square);
  }
  return table;
}
