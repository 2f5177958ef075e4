/** The arithmetic of the darkroom against the plain reference, whole and cut into bands as `split` cuts it. */
import { describe, expect, test } from 'vitest';
import type { Rows, Size } from '../../examples/bytes.ts';
import { denoiseRows } from '../../examples/darkroom/denoise.ts';
import { edgeRows } from '../../examples/darkroom/edges.ts';
import { sharpenRows } from '../../examples/darkroom/sharpen.ts';
import { shrinkRows } from '../../examples/darkroom/shrink.ts';
import { measureCurve, toneInPlace } from '../../examples/darkroom/tone.ts';
import { noisyBytes } from './random-bytes.ts';
import { denoise, edges, type Picture, sharpen, shrink, tone } from './reference-darkroom.ts';

const sizes: readonly Size[] = [
  { width: 37, height: 23 },
  { width: 1, height: 1 },
  { width: 1, height: 9 },
  { width: 16, height: 2 },
];
const photo = ({ width, height }: Size, seed = 1): Picture => ({
  width,
  height,
  channels: 3,
  data: noisyBytes(width * height * 3, seed),
});

/** Runs a row function over bands of at most `band` rows, each into memory of its own, and puts them together. */
function inBands(size: Size, channels: number, band: number, draw: (dst: Uint8Array, rows: Rows) => void): Uint8Array {
  const whole = new Uint8Array(size.width * size.height * channels);
  for (let from = 0; from < size.height; from += band) {
    const count = Math.min(band, size.height - from);
    const part = new Uint8Array(size.width * count * channels);
    draw(part, { from, count });
    whole.set(part, from * size.width * channels);
  }
  return whole;
}

describe.each(sizes)('a photograph of $width x $height', (size) => {
  const from = photo(size);
  const bands = [size.height, 1, 3].filter((band) => band <= size.height);

  test.each(bands)('is denoised as the reference says, in bands of %i rows', (band) => {
    const made = inBands(size, 3, band, (dst, rows) => denoiseRows(from.data, size, dst, rows, 3, 22));
    expect(made).toEqual(denoise(from, 3, 66).data);
  });

  test.each(bands)('is sharpened as the reference says, in bands of %i rows', (band) => {
    const made = inBands(size, 3, band, (dst, rows) => sharpenRows(from.data, size, dst, rows, 120, 2));
    expect(made).toEqual(sharpen(from, 120, 2).data);
  });

  test.each(bands)('is drawn as the reference says, in bands of %i rows', (band) => {
    const made = inBands(size, 1, band, (dst, rows) => edgeRows(from.data, size, dst, rows, 9));
    expect(made).toEqual(edges(from, 9).data);
  });

  test.each([0, 55, 100])('is toned by %i percent as the reference says', (percent) => {
    const curve = new Uint8Array(256);
    measureCurve(from.data, curve, percent);
    const made = from.data.slice();
    toneInPlace(made, curve);
    expect(made).toEqual(tone(from, percent).data);
  });

  test.each([
    { width: 5, height: 4 },
    { width: 1, height: 1 },
    { width: 40, height: 31 },
  ])('is scaled to $width x $height as the reference says', (to) => {
    const made = inBands(to, 3, 2, (dst, rows) => shrinkRows(from.data, size, 3, dst, to, rows));
    expect(made).toEqual(shrink(from, to.width, to.height).data);
  });
});

describe('the extremes', () => {
  const white: Picture = { width: 20, height: 20, channels: 3, data: new Uint8Array(1200).fill(255) };

  test('the widest filter at full strength keeps white white: no sum leaves its 31 bits', () => {
    const made = inBands(white, 3, 20, (dst, rows) => denoiseRows(white.data, white, dst, rows, 7, 255));
    expect(made).toEqual(white.data);
  });

  test('a tone curve never falls, and none at all changes nothing', () => {
    for (const seed of [1, 2, 3]) {
      const curve = new Uint8Array(256);
      measureCurve(photo({ width: 50, height: 40 }, seed).data, curve, 100);
      expect([...curve]).toEqual([...curve].sort((a, b) => a - b));
    }
    const same = new Uint8Array(256);
    measureCurve(white.data, same, 0);
    expect([...same]).toEqual(Array.from({ length: 256 }, (_, level) => level));
  });
});
