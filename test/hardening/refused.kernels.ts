// The second worker of a pool cannot load its kernels, and has started something by then that keeps its thread alive. It
// waits for a word of its maker: a pool of which no worker serves yet would fail as a whole.
import { workerData } from 'node:worker_threads';
import { kernel, serve } from 'fenceline';

export default serve(async ({ worker }) => {
  if (worker === 1) {
    setInterval(() => {}, 1000);
    while (Atomics.load(workerData as Int32Array, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    throw new Error('The model is not there.');
  }
  return { nothing: kernel({}, () => {}) };
});
