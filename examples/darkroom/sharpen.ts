/**
 * Unsharp mask: adds what a small blur takes away. The blur is the 5 x 5 binomial filter, in integers.
 */
import type { ReadBytes, Rows, Size } from '../bytes.ts';

/**
 * Sharpens rows of an RGB image into `dst`, which holds these rows only.
 *
 * @param percent how much of the difference to the blur is added, 0 to 400
 * @param threshold differences up to this are noise and left alone, 0 to 255
 */
export function sharpenRows(
  src: ReadBytes,
  { width, height }: Size,
  dst: Uint8Array,
  rows: Rows,
  percent: number,
  threshold: number,
): void {
  const stride = width * 3;
  const column = new Int32Array(stride);
  let out = 0;
  for (let y = rows.from; y < rows.from + rows.count; y++) {
    blurDown(src, stride, height, y, column);
    for (let x = 0; x < width; x++) {
      const farLeft = Math.max(0, x - 2) * 3;
      const left = Math.max(0, x - 1) * 3;
      const right = Math.min(width - 1, x + 1) * 3;
      const farRight = Math.min(width - 1, x + 2) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const blurred =
          (column[farLeft + channel]! +
            4 * column[left + channel]! +
            6 * column[x * 3 + channel]! +
            4 * column[right + channel]! +
            column[farRight + channel]! +
            128) >>
          8;
        const value = src[y * stride + x * 3 + channel]!;
        const detail = value - blurred;
        const loud = detail > threshold || detail < -threshold;
        const result = loud ? value + (((detail * percent) / 100) | 0) : value;
        dst[out++] = Math.max(0, Math.min(255, result));
      }
    }
  }
}

/** The vertical half of the blur, for one row: each entry is 16 times the blurred value. */
function blurDown(src: ReadBytes, stride: number, height: number, y: number, column: Int32Array): void {
  const above2 = Math.max(0, y - 2) * stride;
  const above1 = Math.max(0, y - 1) * stride;
  const here = y * stride;
  const below1 = Math.min(height - 1, y + 1) * stride;
  const below2 = Math.min(height - 1, y + 2) * stride;
  for (let i = 0; i < stride; i++) {
    column[i] = src[above2 + i]! + 4 * src[above1 + i]! + 6 * src[here + i]! + 4 * src[below1 + i]! + src[below2 + i]!;
  }
}
