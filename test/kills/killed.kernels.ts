// Kernels of the pools in the tests of kills. The worker that is to be stopped counts its operations from its first one,
// before it joins: its creator says so in its workerData.
import { parentPort, workerData } from 'node:worker_threads';
import { kernel, read, serve, update, write } from 'fenceline';
import { countOperations, replaceAtomics } from './counted-atomics.ts';

export interface ServedErrand {
  readonly memory: SharedArrayBuffer;
  readonly stopBefore: number;
  /** Word 0: how many operations there were. */
  readonly progress: SharedArrayBuffer;
}

const errand = workerData as ServedErrand | null;
if (errand?.memory instanceof SharedArrayBuffer) {
  replaceAtomics();
  const tell = (count: number): void => parentPort?.postMessage({ is: 'stopped', count });
  countOperations(errand.memory, errand.stopBefore, tell, new Int32Array(errand.progress));
}

const numbers = ['n'] as const;

const fill = kernel({ dst: write('i32', numbers), with: 'i32' }, (args) => void args.dst.data.fill(args.with));
const parts = kernel({ dst: write('i32', numbers), with: 'i32' }, (args) => void args.dst.data.fill(args.with), {
  split: ['dst'],
});
const later = kernel({ dst: write('i32', numbers), ms: 'i32' }, async ({ dst, ms }, job) => {
  for (let step = 0; step < ms && !job.cancelled; step++) await new Promise((resolve) => setTimeout(resolve, 1));
  dst.data.fill(2);
});
/** Looks at everything that a kernel is given, and returns a result that takes more than a word. */
const look = kernel({ src: read('i32', numbers), dst: update('i32', numbers) }, ({ src, dst }, job) => {
  dst.data.set(src.data);
  return [job.cancelled, job.from, job.label, job.space.isShared, 'x'.repeat(100)];
});

export default serve({ fill, parts, later, look });
