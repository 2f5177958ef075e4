/** The kernels of the quickstart, and one that does not stop. Ends like every module of kernels: with a call of serve. */
import { type Handle, kernel, read, serve, update, value, write } from 'fenceline';
// For its effect alone: this worker opens handles of timelines that others made.
import 'fenceline/sync';
import type { Timeline } from 'fenceline/sync';

const image = ['height', 'width', 4] as const;

const blur = kernel(
  { src: read('u8', image), dst: write('u8', image), radius: 'u32' },
  ({ src, dst, radius }, job) => {
    const [height, width] = src.shape;
    for (let row = 0; row < dst.shape[0]; row++) {
      const y = job.from + row;
      for (let i = 0; i < width * 4; i++) {
        let sum = 0;
        let count = 0;
        for (let dy = -radius; dy <= radius; dy++) {
          if (y + dy < 0 || y + dy >= height) continue;
          sum += src.data[(y + dy) * width * 4 + i] ?? 0;
          count++;
        }
        dst.data[row * width * 4 + i] = sum / count;
      }
    }
  },
  { split: ['dst'] },
);

const edges = kernel(
  { src: read('u8', image), dst: write('u8', ['height', 'width']), threshold: 'f32' },
  ({ src, dst, threshold }, job) => {
    const width = src.shape[1];
    let found = 0;
    for (let row = 0; row < dst.shape[0]; row++) {
      for (let x = 0; x < width; x++) {
        const at = ((job.from + row) * width + x) * 4;
        const isEdge = x > 0 && Math.abs((src.data[at] ?? 0) - (src.data[at - 4] ?? 0)) > threshold;
        dst.data[row * width + x] = isEdge ? 255 : 0;
        if (isEdge) found++;
      }
    }
    return { found };
  },
  { split: ['dst'] },
);

/** Opens a timeline: only where the kinds of handles of fenceline/sync are known. */
const openLine = kernel({ line: value<Handle<Timeline>>() }, ({ line }, job) => typeof job.space.open(line).issue);

/** Where `spin` counts, if the page sent such a memory: word 0 its rounds, word 1 its worker. */
let rounds: Int32Array | undefined;
globalThis.addEventListener?.('message', (event) => {
  const { data } = event as MessageEvent<{ readonly rounds?: Int32Array }>;
  rounds = data.rounds ?? rounds;
});

export default serve(async ({ worker }) => {
  /** Turns for a minute, whoever asks it to stop. */
  const spin = kernel({ out: update('i32', [1]) }, () => {
    const words = rounds ?? new Int32Array(2);
    words[1] = worker;
    const end = performance.now() + 60_000;
    while (performance.now() < end) Atomics.add(words, 0, 1);
  });
  return { blur, edges, openLine, spin };
});
