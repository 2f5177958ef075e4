// A worker of the user's own that makes a pool, submits jobs, and writes their sum where the main thread looks.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Space, workers } from 'fenceline';
import type kernels from './jobs.kernels.ts';

if (parentPort === null) throw new Error('This is a worker.');
const space = Space.join(workerData.space);
const pool = await workers<typeof kernels>(space, new URL('./jobs.kernels.js', import.meta.url), { count: 2 });
await pool.ready;
const asked = once(parentPort, 'message');
parentPort.postMessage('ready');
const [handle] = await asked;
// The main thread blocks from here on.
const total = space.open<typeof a>(handle);
const a = space.buffer('i32', [2]);
for (let by = 1; by <= 10; by++) pool.run.add({ dst: a, by });
const sum = pool.run.sum({ src: a }).waitSync({ timeoutMs: 8000 }) / 2;
const words = (await total.map('read')).data as unknown as Int32Array;
Atomics.store(words, 0, sum);
a.dispose();
await space.close();
