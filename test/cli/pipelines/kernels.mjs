/** Kernels for the pipelines of these tests. */
import { kernel, read, serve, write } from 'fenceline';

const invert = kernel(
  { src: read('u8', ['bytes']), dst: write('u8', ['bytes']) },
  ({ src, dst }) => {
    for (let at = 0; at < dst.data.length; at++) dst.data[at] = 255 - src.data[at];
  },
  { split: ['src', 'dst'] },
);

const fail = kernel({ dst: write('u8', ['bytes']) }, () => {
  throw new Error('The film tore.');
});

export default serve({ invert, fail });
