/**
 * What can be set about the darkroom: least, usual and most value.
 */
import type { Ranges } from '../settings.ts';
import { RADIUS_MAX } from './denoise.ts';

export const ranges = {
  /** Photographs under way at once, memory permitting. */
  ahead: [1, 8, 64],
  /** Reach of the denoise filter in pixels. */
  radius: [1, 5, RADIUS_MAX],
  /** Mean difference per channel that counts as noise. */
  strength: [1, 22, 255],
  /** How far the histogram is equalised, in percent. */
  tone: [0, 55, 100],
  /** How much detail is added, in percent. */
  sharpen: [0, 120, 400],
  /** Memory of a model of a device that sharpens instead of the workers, in KiB; 0 for none. */
  device: [0, 0, 1048576],
  /** Darkness of the drawn edges. */
  gain: [1, 9, 16],
  /** The longer side of the small copy in pixels. */
  small: [16, 320, 4096],
} as const satisfies Ranges<string>;

export type Settings = { readonly [Name in keyof typeof ranges]: number };
