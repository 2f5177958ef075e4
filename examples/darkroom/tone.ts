/**
 * Tone mapping: measures how bright a photograph is, makes a curve from it, and applies the curve.
 *
 * The curve is a histogram equalisation whose peaks are clipped (so that an even sky does not become noise), mixed with
 * no change at all. Everything is integer arithmetic.
 */
import type { ReadBytes } from '../bytes.ts';

/** Brightness of a pixel, 0 to 255 (the weights of BT.601, in 256ths). */
export function brightness(red: number, green: number, blue: number): number {
  return (77 * red + 150 * green + 29 * blue + 128) >> 8;
}

/**
 * Writes the 256 entries of the curve for an RGB image: which brightness becomes which. Never falls.
 *
 * @param percent 0 leaves the image as it is, 100 equalises its histogram as far as the clipping allows
 */
export function measureCurve(src: ReadBytes, curve: Uint8Array, percent: number): void {
  const counts = new Float64Array(256);
  for (let at = 0; at < src.length; at += 3) {
    const level = brightness(src[at]!, src[at + 1]!, src[at + 2]!);
    counts[level] = counts[level]! + 1;
  }
  const clipped = clip(counts, Math.floor(src.length / 256) + 1);
  const total = clipped.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let level = 0; level < 256; level++) {
    const equalised = Math.floor(((2 * below + clipped[level]!) * 255) / (2 * total));
    below += clipped[level]!;
    curve[level] = Math.floor((level * (100 - percent) + equalised * percent + 50) / 100);
  }
}

/** Cuts peaks at `limit` and spreads what was cut evenly. */
function clip(counts: Float64Array, limit: number): Float64Array {
  let excess = 0;
  for (const count of counts) excess += Math.max(0, count - limit);
  const share = Math.floor(excess / 256) + 1;
  return counts.map((count) => Math.min(count, limit) + share);
}

/**
 * Applies the curve to RGB pixels in place.
 *
 * Scaling the channels keeps the hue but burns highlights, adding the difference keeps highlights but bleaches: the
 * mean of both does neither.
 */
export function toneInPlace(pixels: Uint8Array, curve: ReadBytes): void {
  for (let at = 0; at < pixels.length; at += 3) {
    const before = brightness(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!);
    const after = curve[before]!;
    for (let channel = at; channel < at + 3; channel++) {
      const value = pixels[channel]!;
      const scaled = before === 0 ? after : ((value * after + (before >> 1)) / before) | 0;
      const mixed = (scaled + value + after - before) >> 1;
      pixels[channel] = Math.max(0, Math.min(255, mixed));
    }
  }
}
