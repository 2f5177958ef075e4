/** The room that the darkroom keeps for a PNG is enough for pixels that no encoder can make smaller. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodePng, pngBytesMax } from '../../examples/darkroom/image.ts';

const sizes = [
  { width: 1, height: 1 },
  { width: 1, height: 3000 },
  { width: 3000, height: 1 },
  { width: 37, height: 23 },
  { width: 900, height: 700 },
];

test.each(sizes.flatMap((size) => [1, 3].map((channels) => ({ ...size, channels }))))(
  'noise of $width x $height with $channels channels fits its room',
  async ({ channels, ...size }) => {
    const pixels = noise(size.width * size.height * channels);
    const { length } = await encodePng(pixels, size, channels);
    expect(length).toBeLessThanOrEqual(pngBytesMax(size, channels));
    // Or this test would show nothing.
    expect(length).toBeGreaterThan(pixels.length);
  },
);

/** Bytes without any pattern, the same in every run. */
function noise(length: number): Uint8Array {
  return createHash('shake256', { outputLength: length }).update('noise').digest();
}
