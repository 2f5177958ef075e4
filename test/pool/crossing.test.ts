/** Several threads, each with a pool of its own, at the same buffers: nothing is lost, nobody waits for ever. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { withJobs } from './jobs-pool.ts';

test('adding from three threads and four pools, in every way there is, loses nothing', async () => {
  const seed = Date.now() % 1_000_000;
  await withJobs({}, async (space, { run }) => {
    const buffers = Array.from({ length: 3 }, () => space.buffer('i32', [16]));
    const url = new URL('../../build/test/pool/adder.agent.js', import.meta.url);
    const threads = [1, 2].map((number) => {
      const handles = buffers.map(({ handle }) => handle);
      return new Worker(url, {
        workerData: { space: space.handle, buffers: handles, seed: seed + number, count: 120 },
      });
    });
    const counts = Promise.all(threads.map(async (thread) => (await once(thread, 'message'))[0] as number[]));
    const expected: number[] = buffers.map((_, at) => (at === 0 ? 100 : 0));
    for (let step = 0; step < 100; step++) {
      run.add({ dst: buffers[0] as (typeof buffers)[number], by: 1 });
      if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    for (const added of await counts)
      for (const [at, count] of added.entries()) expected[at] = (expected[at] ?? 0) + count;
    const totals = await Promise.all(buffers.map((buffer) => buffer.get({ timeoutMs: 10_000 })));
    expect(
      totals.map((one) => [...one]),
      `seed ${seed}`,
    ).toEqual(expected.map((one) => Array(16).fill(one)));
    for (const buffer of buffers) buffer.dispose();
    await Promise.all(threads.map((thread) => thread.terminate()));
  });
}, 60_000);
