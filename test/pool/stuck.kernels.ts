// A kernel that waits where no thread can be stopped: in a read that nobody answers.
import { readFileSync } from 'node:fs';
import { kernel, read, serve, value, write } from 'fenceline';

const readFifo = kernel(
  { dst: write('i32', ['n']), meter: read('i32', [1]), path: value<string>() },
  ({ dst, meter, path }) => {
    Atomics.store(meter.data as unknown as Int32Array, 0, 1);
    dst.data.fill(readFileSync(path).length);
  },
);

export default serve({ readFifo });
