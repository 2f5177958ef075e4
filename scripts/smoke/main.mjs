/**
 * The smoke test: a space, a buffer there and back, one kernel in a worker pool, one transaction. It runs under Node,
 * Deno and Bun, prints one line, and throws if a number is wrong. It is not a test of behaviour: test/ is.
 */
import { MiB, Space, workers } from '../../dist/index.js';

const count = 1000;
const space = Space.create({ budgetBytes: 16 * MiB });
const pool = await workers(space, new URL('./kernels.mjs', import.meta.url), { count: 2 });
const src = space.buffer('i32', [count]);
const dst = src.like();

await src.set(Int32Array.from({ length: count }, (_, index) => index));
const job = pool.run.double({ src, dst });
const doubled = await dst.get();
await job.wait();
if (!doubled.every((value, index) => value === 2 * index))
  throw new Error('The kernel did not double what it was given.');

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
await pool.close();
await space.close();
const runtime = globalThis.Deno ? 'Deno' : globalThis.Bun ? 'Bun' : `Node ${process.versions.node}`;
console.log(`smoke test passed: ${count} numbers, 2 workers, 1 transaction under ${runtime}`);
