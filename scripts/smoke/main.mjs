/**
 * The smoke test: a space, a buffer there and back, a kernel in pools of workers of every kind that the runtime has, one
 * transaction, and a worker that is ended. It runs under Node, Deno and Bun, prints one line, and throws if a number is
 * wrong. It is not a test of behaviour: test/ is.
 */
import { Worker as NodeWorker } from 'node:worker_threads';
import { FencelineError, MiB, Space, workers } from '../../dist/index.js';

const count = 1000;
const kernels = new URL('./kernels.mjs', import.meta.url);
const space = Space.create({ budgetBytes: 16 * MiB });
const src = space.buffer('i32', [count]);
const dst = src.like();
await src.set(Int32Array.from({ length: count }, (_, index) => index));

const sources = { url: kernels, 'node:worker_threads': () => new NodeWorker(kernels) };
if (globalThis.Worker) sources['web Worker'] = () => new Worker(kernels, { type: 'module' });
for (const [name, source] of Object.entries(sources)) await checkPool(name, source);

await space.transaction(async (tx) => {
  const from = await tx.edit(src);
  const to = await tx.edit(dst);
  from.data[0] -= 10;
  to.data[0] += 10;
});
const [left] = await src.get();
const [right] = await dst.get();
if (left !== -10 || right !== 10) throw new Error(`The transaction left ${left} and ${right}, not -10 and 10.`);

src.dispose();
dst.dispose();
await space.close();
const runtime = globalThis.Deno ? 'Deno' : globalThis.Bun ? 'Bun' : `Node ${process.versions.node}`;
const kinds = Object.keys(sources).join(', ');
console.log(`smoke test passed: ${count} numbers, workers by ${kinds}, 1 transaction under ${runtime}`);

async function checkPool(name, source) {
  const made = [];
  const open = typeof source === 'function' ? () => made[made.push(source()) - 1] : source;
  const pool = await workers(space, open, { count: 2 });
  await checkDouble(name, pool);
  if (made.length > 0) await endWorkers(name, pool, made);
  await checkDouble(name, pool);
  await pool.close();
  if (!/agents: 1 of/.test(space.describe())) throw new Error(`${name}: a closed pool left ${space.describe()}`);
}

async function checkDouble(name, pool) {
  const job = pool.run.double({ src, dst });
  const doubled = await dst.get();
  await job.wait();
  const isDouble = doubled.every((value, index) => value === 2 * index);
  if (!isDouble) throw new Error(`${name}: the kernel did not double what it was given.`);
}

/** All workers are ended, one of them in the middle of a kernel: its job fails, and others take their places. */
async function endWorkers(name, pool, made) {
  await pool.ready;
  // Deno's terminate() does not stop a worker that is in the middle of something (2.9.6: it turned on for ever, also where
  // worker_threads had said 'exit'). Its job is pending until the stop is proven, so only idle workers are ended there.
  if (globalThis.Deno) {
    for (const worker of [...made]) worker.terminate();
    return;
  }
  const rounds = space.buffer('i32', [1]);
  const out = space.buffer('i32', [1]);
  await rounds.set([0]);
  await out.set([0]);
  const job = pool.run.turn({ rounds, out });
  const map = await rounds.map('read');
  while (Atomics.load(map.data, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const worker of [...made]) void worker.terminate();
  const outcome = await job.settled({ timeoutMs: 20_000 });
  map.dispose();
  if (!FencelineError.is(outcome.error, 'EOWNERDEAD')) {
    throw new Error(`${name}: the job of an ended worker is ${outcome.status} (${outcome.error?.message}).`);
  }
  rounds.dispose();
  out.dispose();
}
