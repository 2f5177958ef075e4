// The second worker of a pool cannot load its kernels, and has started something by then that keeps its thread alive.
import { kernel, serve } from 'fenceline';

export default serve(async ({ worker }) => {
  if (worker === 1) {
    setInterval(() => {}, 1000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    throw new Error('The model is not there.');
  }
  return { nothing: kernel({}, () => {}) };
});
