// A worker of the user's own, with a pool of its own: fills it with work that cannot end, and waits to be killed.
import { parentPort, workerData } from 'node:worker_threads';
import { Space, workers } from 'fenceline';
import type kernels from './jobs.kernels.ts';

const space = Space.join(workerData.space);
const pool = await workers<typeof kernels>(space, new URL('./jobs.kernels.js', import.meta.url), { count: 1 });
const shared = space.open<ReturnType<typeof open>>(workerData.shared);
const meter = space.open<ReturnType<typeof open>>(workerData.meter);
function open() {
  return space.buffer('i32', [4] as const);
}
pool.run.gate({ meter, dst: [] });
const gate = space.fence(new Promise(() => {}), 'never');
pool.run.add({ dst: shared, by: 1 }, { after: gate });
pool.run.add({ dst: shared, by: 1 });
parentPort?.postMessage('submitted');
setInterval(() => {}, 1000);
