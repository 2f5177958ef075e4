/**
 * The kernels of the darkroom: what runs in the workers. Each says what it reads and writes, and nothing else; the
 * arithmetic is in the file named after it.
 *
 * `split` cuts what is written into bands of rows, one for each free worker. What is read stays whole, because a filter
 * looks at rows beyond its own band.
 */
import { kernel, read, serve, update, write } from 'fenceline';
import { denoiseRows } from './denoise.ts';
import { edgeRows } from './edges.ts';
import { sharpenRows } from './sharpen.ts';
import { shrinkRows } from './shrink.ts';
import { measureCurve, toneInPlace } from './tone.ts';

const photo = ['height', 'width', 3] as const;

const denoise = kernel(
  { src: read('u8', photo), dst: write('u8', photo), radius: 'u32', strength: 'u32' },
  ({ src, dst, radius, strength }, job) => {
    const [height, width] = src.shape;
    denoiseRows(src.data, { width, height }, dst.data, { from: job.from, count: dst.shape[0] }, radius, strength);
  },
  { split: ['dst'] },
);

const measure = kernel(
  { src: read('u8', photo), curve: write('u8', [256]), percent: 'u32' },
  ({ src, curve, percent }) => measureCurve(src.data, curve.data, percent),
);

const tone = kernel(
  { image: update('u8', photo), curve: read('u8', [256]) },
  ({ image, curve }) => toneInPlace(image.data, curve.data),
  { split: ['image'] },
);

const sharpen = kernel(
  { src: read('u8', photo), dst: write('u8', photo), percent: 'u32', threshold: 'u32' },
  ({ src, dst, percent, threshold }, job) => {
    const [height, width] = src.shape;
    sharpenRows(src.data, { width, height }, dst.data, { from: job.from, count: dst.shape[0] }, percent, threshold);
  },
  { split: ['dst'] },
);

const edges = kernel(
  { src: read('u8', photo), dst: write('u8', ['height', 'width', 1]), gain: 'u32' },
  ({ src, dst, gain }, job) => {
    const [height, width] = src.shape;
    edgeRows(src.data, { width, height }, dst.data, { from: job.from, count: dst.shape[0] }, gain);
  },
  { split: ['dst'] },
);

/** Any number of channels, so that photographs and drawings go through the same kernel. */
const shrink = kernel(
  {
    src: read('u8', ['height', 'width', 'channels']),
    dst: write('u8', ['smallHeight', 'smallWidth', 'channels']),
    rows: 'u32',
  },
  ({ src, dst, rows }, job) => {
    const [height, width, channels] = src.shape;
    const to = { width: dst.shape[1], height: rows }; // the height of all of dst: a part of a split sees its own rows only
    shrinkRows(src.data, { width, height }, channels, dst.data, to, { from: job.from, count: dst.shape[0] });
  },
  { split: ['dst'] },
);

export default serve({ denoise, measure, tone, sharpen, edges, shrink });
