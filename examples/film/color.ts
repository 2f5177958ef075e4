/**
 * RGB to the colours of a film (BT.601, 16 to 235) and back, in integers.
 */
import type { ReadBytes } from '../bytes.ts';
import { type FilmFormat, frameBytes, planesOf } from './y4m.ts';

/** An RGB picture as a 4:2:0 frame; a chroma sample is the mean of its four pixels. Sides must be even. */
export function toFrame(rgb: ReadBytes, width: number, height: number): Uint8Array {
  const chroma = (width / 2) * (height / 2);
  const frame = new Uint8Array(width * height + 2 * chroma);
  const sums = new Int32Array(2 * chroma);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
      frame[y * width + x] = ((66 * r + 129 * g + 25 * b + 128) >> 8) + 16;
      const small = (y >> 1) * (width / 2) + (x >> 1);
      sums[small] = sums[small]! + 112 * b - 74 * g - 38 * r;
      sums[chroma + small] = sums[chroma + small]! + 112 * r - 94 * g - 18 * b;
    }
  }
  for (const [index, sum] of sums.entries()) frame[width * height + index] = ((sum + 512) >> 10) + 128;
  return frame;
}

/** A frame of any colour space as RGB; chroma samples are repeated. */
export function toRgb(frame: ReadBytes, format: Pick<FilmFormat, 'width' | 'height' | 'chroma'>): Uint8Array {
  const { width, height, chroma } = format;
  const isGray = chroma.across === 0;
  const rgb = new Uint8Array(width * height * 3);
  const small = planesOf(format)[1] ?? { width: 0, height: 0 };
  const blueAt = width * height;
  const redAt = frameBytes(format) - small.width * small.height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = isGray ? 0 : Math.floor(y / chroma.down) * small.width + Math.floor(x / chroma.across);
      const light = 298 * (frame[y * width + x]! - 16) + 128;
      const blue = isGray ? 0 : frame[blueAt + at]! - 128;
      const red = isGray ? 0 : frame[redAt + at]! - 128;
      const to = (y * width + x) * 3;
      rgb[to] = clamp((light + 409 * red) >> 8);
      rgb[to + 1] = clamp((light - 100 * blue - 208 * red) >> 8);
      rgb[to + 2] = clamp((light + 516 * blue) >> 8);
    }
  }
  return rgb;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, value));
}
