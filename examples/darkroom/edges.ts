/**
 * A pencil drawing of an image: Sobel's gradient of the brightness, dark lines on white.
 */
import type { ReadBytes, Rows, Size } from '../bytes.ts';
import { brightness } from './tone.ts';

/**
 * Draws the edges of rows of an RGB image into `dst`, one byte a pixel, these rows only.
 *
 * @param gain how dark a line gets, in quarters, 1 to 16
 */
export function edgeRows(src: ReadBytes, { width, height }: Size, dst: Uint8Array, rows: Rows, gain: number): void {
  let above: Int32Array = new Int32Array(width);
  let here: Int32Array = new Int32Array(width);
  let below: Int32Array = new Int32Array(width);
  grayRow(src, width, Math.max(0, rows.from - 1), above);
  grayRow(src, width, Math.min(height - 1, rows.from), here);
  let out = 0;
  for (let y = rows.from; y < rows.from + rows.count; y++) {
    grayRow(src, width, Math.min(height - 1, y + 1), below);
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      const across = Math.abs(
        above[right]! + 2 * here[right]! + below[right]! - above[left]! - 2 * here[left]! - below[left]!,
      );
      const down = Math.abs(
        above[left]! + 2 * above[x]! + above[right]! - below[left]! - 2 * below[x]! - below[right]!,
      );
      // An integer stand-in for the length of the gradient, within 7 percent: no square root, no rounding to disagree on.
      const length = Math.max(across, down) + ((3 * Math.min(across, down)) >> 3);
      dst[out++] = 255 - Math.min(255, (length * gain) >> 4);
    }
    [above, here, below] = [here, below, above];
  }
}

function grayRow(src: ReadBytes, width: number, y: number, gray: Int32Array): void {
  let at = y * width * 3;
  for (let x = 0; x < width; x++, at += 3) gray[x] = brightness(src[at]!, src[at + 1]!, src[at + 2]!);
}
