/** The arithmetic of the film against the plain reference. */
import { describe, expect, test } from 'vitest';
import { toFrame, toRgb } from '../../examples/film/color.ts';
import { scalePlane } from '../../examples/film/scale.ts';
import { sharpenPlane } from '../../examples/film/sharpen.ts';
import { denoiseBytes } from '../../examples/film/temporal.ts';
import { noisyBytes } from './random-bytes.ts';
import { develop, type Film } from './reference-film.ts';

const size = { width: 24, height: 14 };
const bytes = size.width * size.height;
const gray = (frames: readonly Uint8Array[]): Film => ({ ...size, chroma: undefined, tokens: 'Cmono', frames });
const frames = [1, 2, 3].map((seed) => noisyBytes(bytes, seed));
const [before, now, after] = frames as [Uint8Array, Uint8Array, Uint8Array];

describe('one plane', () => {
  test.each([1, 20, 255])('is denoised over three frames at strength %i as the reference says', (strength) => {
    const clean = new Uint8Array(bytes);
    denoiseBytes(before, now, after, clean, strength);
    expect(clean).toEqual(new Uint8Array(develop(gray(frames), { strength, scale: 100, sharpen: 0 }).frames[1] ?? []));
  });

  test.each([50, 150, 200, 330])('is scaled to %i percent as the reference says', (scale) => {
    const wanted = develop(gray([now]), { strength: 1, scale, sharpen: 0 });
    const made = new Uint8Array(wanted.width * wanted.height);
    scalePlane(now, 0, size, made, 0, wanted);
    expect(made).toEqual(new Uint8Array(wanted.frames[0] ?? []));
  });

  test.each([0, 60, 400])('is sharpened by %i percent as the reference says', (sharpen) => {
    const made = new Uint8Array(bytes);
    sharpenPlane(now, made, size, sharpen);
    expect(made).toEqual(new Uint8Array(develop(gray([now]), { strength: 1, scale: 100, sharpen }).frames[0] ?? []));
  });
});

describe('colours', () => {
  test('a flat colour survives the way into a film and back within two levels', () => {
    for (const color of [
      [200, 170, 120],
      [0, 0, 0],
      [255, 255, 255],
      [30, 60, 200],
    ] as const) {
      const rgb = new Uint8Array(16 * 3).map((_, at) => color[at % 3] ?? 0);
      const back = toRgb(toFrame(rgb, 4, 4), { width: 4, height: 4, chroma: { across: 2, down: 2 } });
      for (const [at, value] of back.entries()) expect(Math.abs(value - (color[at % 3] ?? 0))).toBeLessThanOrEqual(2);
    }
  });

  test('a film without colours is gray', () => {
    const rgb = toRgb(now, { ...size, chroma: { across: 0, down: 0 } });
    for (let at = 0; at < rgb.length; at += 3) expect([rgb[at + 1], rgb[at + 2]]).toEqual([rgb[at], rgb[at]]);
  });
});
