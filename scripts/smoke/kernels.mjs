/** The kernels of the smoke test. Plain JavaScript and relative imports, so that any runtime loads it as it is. */
import { kernel, read, serve, update, write } from '../../dist/index.js';

const double = kernel({ src: read('i32', ['n']), dst: write('i32', ['n']) }, ({ src, dst }) =>
  src.data.forEach((value, index) => {
    dst.data[index] = 2 * value;
  }),
);

/** Turns for a minute, whoever asks it to stop. What it counts with is only read, so that others may look. */
const turn = kernel({ rounds: read('i32', [1]), out: update('i32', [1]) }, ({ rounds }) => {
  const end = performance.now() + 60_000;
  while (performance.now() < end) Atomics.add(rounds.data, 0, 1);
});

export default serve({ double, turn });
