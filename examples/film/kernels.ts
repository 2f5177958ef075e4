/**
 * The kernels of the film: what runs in the workers. A frame is one buffer, its planes one after the other as in the
 * file; frames are so many that no kernel needs to be split.
 */
import { kernel, many, read, serve, write } from 'fenceline';
import { scalePlane } from './scale.ts';
import { sharpenFrame } from './sharpen.ts';
import { denoiseBytes } from './temporal.ts';
import { type Chroma, planesOf } from './y4m.ts';

/** Three frames in the order of time; at the ends of a film two of them are the same. */
const denoise = kernel(
  { frames: many(read('u8', ['bytes'])), clean: write('u8', ['bytes']), strength: 'u32' },
  ({ frames, clean, strength }) => {
    const [before, now, after] = frames;
    if (!before || !now || !after) throw new Error(`A window has three frames, and this one has ${frames.length}.`);
    denoiseBytes(before.data, now.data, after.data, clean.data, strength);
  },
);

const scale = kernel(
  {
    src: read('u8', ['bytes']),
    dst: write('u8', ['scaledBytes']),
    width: 'u32',
    height: 'u32',
    scaledWidth: 'u32',
    scaledHeight: 'u32',
    chromaAcross: 'u32',
    chromaDown: 'u32',
  },
  ({ src, dst, width, height, scaledWidth, scaledHeight, chromaAcross, chromaDown }) => {
    const chroma: Chroma = { across: chromaAcross, down: chromaDown };
    const to = planesOf({ width: scaledWidth, height: scaledHeight, chroma });
    let [fromAt, toAt] = [0, 0];
    for (const [index, from] of planesOf({ width, height, chroma }).entries()) {
      const plane = to[index]!; // both have the planes of the same colour space
      scalePlane(src.data, fromAt, from, dst.data, toAt, plane);
      fromAt += from.width * from.height;
      toAt += plane.width * plane.height;
    }
  },
);

const sharpen = kernel(
  { src: read('u8', ['bytes']), dst: write('u8', ['bytes']), width: 'u32', height: 'u32', percent: 'u32' },
  ({ src, dst, width, height, percent }) => sharpenFrame(src.data, dst.data, { width, height }, percent),
);

export default serve({ denoise, scale, sharpen });
