/**
 * What can be set about the film: least, usual and most value.
 */
import type { Ranges } from '../settings.ts';

export const ranges = {
  /** Frames under way at once, memory permitting. */
  ahead: [1, 8, 64],
  /** Difference between frames that counts as grain. */
  strength: [1, 20, 255],
  /** Size of the result, in percent of the film. */
  scale: [10, 200, 800],
  /** How much detail is added, in percent. */
  sharpen: [0, 60, 400],
  /** Memory of a model of a device that sharpens instead of the workers, in KiB; 0 for none. */
  device: [0, 0, 1048576],
  /** Frames of an animated picture to be written beside the film; 0 for none. */
  preview: [0, 0, 240],
} as const satisfies Ranges<string>;

export type Settings = { readonly [Name in keyof typeof ranges]: number };
