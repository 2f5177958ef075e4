/**
 * What threads are worth on this machine at this moment, without Fenceline: `node machine.mjs THREADS` denoises a fixed
 * number of pictures, shared out over plain worker threads, and prints the seconds it took.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { denoiseRows } from '../../build/examples/darkroom/denoise.js';

const pictures = 24;
const size = { width: 400, height: 300 };

if (isMainThread) {
  const threads = Number(process.argv[2]);
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData: pictures / threads }),
  );
  const answers = () => Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  await answers(); // each has started
  const startedMs = performance.now();
  for (const worker of workers) worker.postMessage('go');
  await answers();
  console.log((performance.now() - startedMs) / 1000);
  process.exit(0);
} else {
  const src = new Uint8Array(size.width * size.height * 3).map((_, at) => (at * 7919) >> 5);
  const dst = new Uint8Array(src.length);
  const denoise = () => denoiseRows(src, size, dst, { from: 0, count: size.height }, 5, 22);
  denoise();
  parentPort.on('message', () => {
    for (let picture = 0; picture < workerData; picture++) denoise();
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');
}
