/** The kernels of the smoke test. Plain JavaScript and relative imports, so that any runtime loads it as it is. */
import { kernel, read, serve, write } from '../../dist/index.js';

const double = kernel({ src: read('i32', ['n']), dst: write('i32', ['n']) }, ({ src, dst }) =>
  src.data.forEach((value, index) => {
    dst.data[index] = 2 * value;
  }),
);

export default serve({ double });
