/**
 * Bilinear scaling of one plane. Positions and weights are whole numbers (256ths of a pixel), so every engine agrees.
 */
import type { ReadBytes } from '../bytes.ts';
import type { Plane } from './y4m.ts';

/** Scales the plane at `fromAt` of `src` into the plane at `toAt` of `dst`. */
export function scalePlane(
  src: ReadBytes,
  fromAt: number,
  from: Plane,
  dst: Uint8Array,
  toAt: number,
  to: Plane,
): void {
  const across = positions(from.width, to.width);
  const down = positions(from.height, to.height);
  let out = toAt;
  for (let y = 0; y < to.height; y++) {
    const upper = fromAt + down.first[y]! * from.width;
    const lower = fromAt + down.second[y]! * from.width;
    const share = down.share[y]!;
    for (let x = 0; x < to.width; x++) {
      const [left, right] = [across.first[x]!, across.second[x]!];
      const part = across.share[x]!;
      const top = src[upper + left]! * (256 - part) + src[upper + right]! * part;
      const bottom = src[lower + left]! * (256 - part) + src[lower + right]! * part;
      dst[out++] = (top * (256 - share) + bottom * share + 32768) >> 16;
    }
  }
}

interface Positions {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Weight of the second, in 256ths. */
  readonly share: Int32Array;
}

/** For each destination pixel, the two source pixels around its middle: ((2i + 1) * from / to - 1) / 2, clamped. */
function positions(from: number, to: number): Positions {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const numerator = Math.max(0, (2 * i + 1) * from - to);
    const whole = Math.floor(numerator / (2 * to));
    first[i] = Math.min(from - 1, whole);
    second[i] = Math.min(from - 1, whole + 1);
    share[i] = Math.floor(((numerator - whole * 2 * to) * 256) / (2 * to));
  }
  return { first, second, share };
}
