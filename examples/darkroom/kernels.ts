/**
 * The kernels of the darkroom: what runs in the workers. Each says what it reads and writes, and nothing else; the
 * arithmetic is in the file named after it, and files are decoded and encoded in image.ts.
 *
 * `split` cuts what is written into bands of rows, one for each free worker. What is read stays whole, because a filter
 * looks at rows beyond its own band.
 */
import { kernel, read, serve, update, value, write } from 'fenceline';
import { denoiseRows } from './denoise.ts';
import { edgeRows } from './edges.ts';
import { decodeInto, encodePng } from './image.ts';
import { sharpenRows } from './sharpen.ts';
import { shrinkRows } from './shrink.ts';
import { measureCurve, toneInPlace } from './tone.ts';

const photo = ['height', 'width', 3] as const;

/** A kernel may be asynchronous: its worker takes the next job when this one is over. The cast: sharp only reads. */
const decode = kernel(
  { file: read('u8', ['bytes']), dst: write('u8', photo), name: value<string>() },
  ({ file, dst, name }) => decodeInto(name, file.data as Uint8Array, dst.data),
);

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

/** Fills as much of `png` as the file needs; the result says how much that is. */
const encode = kernel(
  { src: read('u8', ['height', 'width', 'channels']), png: write('u8', ['room']) },
  async ({ src, png }) => {
    const [height, width, channels] = src.shape;
    const bytes = await encodePng(src.data as Uint8Array, { width, height }, channels);
    png.data.set(bytes);
    return bytes.length;
  },
);

export default serve({ decode, denoise, measure, tone, sharpen, edges, shrink, encode });
