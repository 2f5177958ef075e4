/**
 * Scaling by exact areas: every destination pixel is the mean of the source area it covers, partly covered pixels
 * counting for their part. Widths are measured in units that make all of them whole numbers, so sums are exact.
 */
import type { ReadBytes, Rows, Size } from '../bytes.ts';

/**
 * Scales rows of an image of `channels` bytes a pixel into `dst`, which holds these rows only.
 *
 * A source of `width` x `height` pixels up to 2^45 / (width * height) is exact: sums stay below 2^53.
 */
export function shrinkRows(src: ReadBytes, from: Size, channels: number, dst: Uint8Array, to: Size, rows: Rows): void {
  const stride = from.width * channels;
  const column = new Float64Array(stride);
  const total = from.width * from.height;
  let out = 0;
  for (let y = rows.from; y < rows.from + rows.count; y++) {
    sumDown(src, stride, y * from.height, (y + 1) * from.height, to.height, column);
    for (let x = 0; x < to.width; x++) {
      const start = x * from.width;
      const end = start + from.width;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let xx = Math.floor(start / to.width); xx * to.width < end; xx++) {
          const covered = Math.min(end, (xx + 1) * to.width) - Math.max(start, xx * to.width);
          sum += covered * column[xx * channels + channel]!;
        }
        dst[out++] = Math.floor((2 * sum + total) / (2 * total));
      }
    }
  }
}

/** The vertical half: the area from `start` to `end`, where one source row is `unit` high. */
function sumDown(src: ReadBytes, stride: number, start: number, end: number, unit: number, column: Float64Array): void {
  column.fill(0);
  for (let y = Math.floor(start / unit); y * unit < end; y++) {
    const covered = Math.min(end, (y + 1) * unit) - Math.max(start, y * unit);
    const row = y * stride;
    for (let i = 0; i < stride; i++) column[i] = column[i]! + covered * src[row + i]!;
  }
}
