/** Pools that end: in good order, with work pending, by abort, by crashes. Nobody who waits is left waiting. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Fence, type FencelineError, type Job, type Space, workers } from 'fenceline';
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { expectAgents } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import type kernels from './jobs.kernels.ts';
import { type JobsPool, jobsModule, startJobs, whenInside } from './jobs-pool.ts';

async function codeOf(fence: Fence<unknown>): Promise<string> {
  const outcome = await fence.settled({ timeoutMs: 15_000 });
  return outcome.status === 'failed' ? outcome.error.code : outcome.status;
}

function never(space: Space): { fence: Fence; end: () => void } {
  let end = (): void => {};
  const fence = space.fence(new Promise<void>((resolve) => (end = resolve)), 'never');
  return { fence, end };
}

test('closing waits for what is under way, and the workers leave', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space);
    using dst = space.buffer('i32', [4]);
    const jobs = Array.from({ length: 8 }, (_, ms) => pool.run.later({ dst, ms }));
    await pool.close();
    expect(jobs.map(({ status }) => status)).toEqual(Array(8).fill('done'));
    await expectAgents(space, 1);
  }));

test('closing with abort ends everything that was submitted, running, ready, blocked or out of memory', () =>
  withSpace({ budgetBytes: 4096 }, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    using meter = space.buffer('i32', [2]);
    using wide = space.buffer('u8', [3000]);
    using narrow = space.buffer('i32', [500]);
    await wide.set(new Uint8Array(3000));
    const gate = never(space);
    const jobs: Job<unknown>[] = [
      pool.run.gate({ meter, dst: [] }),
      pool.run.note({ meter, number: 1 }),
      pool.run.note({ meter, number: 1 }, { after: gate.fence }),
      pool.run.fill({ dst: narrow, with: 1 }),
    ];
    await whenInside(meter);
    await pool.close({ abort: true });
    const [running, ...others] = await Promise.all(jobs.map(codeOf));
    // A thread that the system lets rest for as long as a kernel has to see that it is cancelled is ended with it.
    expect(running).toMatch(/ECANCELED|EOWNERDEAD/);
    expect(others).toEqual(['ECANCELED', 'ECANCELED', 'ECANCELED']);
    gate.end();
  }));

test('closing gives up on work that does not end in time, and cancels it', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    using meter = space.buffer('i32', [2]);
    const gate = never(space);
    const job = pool.run.note({ meter, number: 1 }, { after: gate.fence });
    await pool.close({ timeoutMs: 50 });
    expect(await codeOf(job)).toBe('ECANCELED');
    gate.end();
  }));

test('a kernel that does not look at cancelled is ended with its thread', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    using at = space.buffer('i32', [1]);
    using meter = space.buffer('i32', [3]);
    const job = pool.run.alone({ at, meter, ms: 60_000 });
    await whenInside(meter);
    const began = performance.now();
    await pool.close({ abort: true });
    // The kernel would go on for a minute.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(await codeOf(job)).toMatch(/EOWNERDEAD|ECANCELED/);
  }));

test('a closed pool refuses calls, and closing twice is closing once', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    await Promise.all([pool.close(), pool.close(), pool[Symbol.asyncDispose]()]);
    using meter = space.buffer('i32', [2]);
    expect(() => pool.run.note({ meter, number: 1 })).toThrow(/closed/);
    await pool.idle;
  }));

test('closing the space closes its pools, and what is open in it ends', async () => {
  const spaceModule = await import('fenceline');
  const space = spaceModule.Space.create({ budgetBytes: 2 ** 20 });
  const pool = await startJobs(space, { count: 1 });
  const buffer = space.buffer('i32', [4]);
  const mapping = await buffer.map('update');
  const gate = never(space);
  const waiting = gate.fence.wait().then(
    () => 'done',
    (error: FencelineError) => error.code,
  );
  const job = pool.run.sum({ src: buffer });
  await space.close({ abort: true });
  expect(await waiting).toMatch(/EOWNERDEAD|EINVAL/);
  expect(job.status).not.toBe('pending');
  gate.end();
  mapping.dispose();
  buffer.dispose();
  expect(() => space.buffer('u8', [1])).toThrow(/closed/);
  await space.close();
});

test('a worker that stops by itself is replaced, and the event says so', () =>
  withSpace({}, async (space) => {
    const crashCount = isLong ? 4 : 2;
    const pool = await startJobs(space, { name: 'robust' });
    const crashes: unknown[] = [];
    using _off = space.on('crash', (crash) => crashes.push(crash));
    using dst = space.buffer('i32', [4]);
    for (let round = 0; round < crashCount; round++) {
      expect(await codeOf(pool.run.crashInPlace({ dst }))).toMatch(/EOWNERDEAD/);
      await dst.set([0, 0, 0, 0]);
      expect(await pool.run.sum({ src: dst }).wait()).toBe(0);
    }
    // Who waited may have found out that the thread is gone before its end is told.
    await expect.poll(() => crashes.length, { timeout: 20_000 }).toBe(crashCount);
    expect(crashes[0]).toMatchObject({ pool: 'robust', replaced: true });
    await pool.close();
  }));

test('a pool whose last worker is gone for good ends its jobs and refuses more', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space, { count: 1, replaceCrashed: false });
    using dst = space.buffer('i32', [4]);
    using meter = space.buffer('i32', [2]);
    const gate = never(space);
    const behind = pool.run.note({ meter, number: 1 }, { after: gate.fence });
    expect(await codeOf(pool.run.crashInPlace({ dst }))).toBe('EOWNERDEAD');
    expect(await codeOf(behind)).toBe('EOWNERDEAD');
    expect(() => pool.run.note({ meter, number: 2 })).toThrow(/no worker/);
    gate.end();
    await pool.close();
  }));

test('the form for bundlers runs the kernels of the worker that the factory makes', () =>
  withSpace({}, async (space) => {
    const pool = await workers<typeof kernels>(space, () => new Worker(jobsModule), { count: 1 });
    using dst = space.buffer('i32', [4]);
    pool.run.fill({ dst, with: 6 });
    expect(await pool.run.sum({ src: dst }).wait()).toBe(24);
    await pool.close();
  }));

test('disposing right after submitting gives memory back after the last job', () =>
  withSpace({}, async (space) => {
    const pool = await startJobs(space);
    const sums = Array.from({ length: 50 }, (_, with_) => {
      using dst = space.buffer('i32', [256]);
      pool.run.fill({ dst, with: with_ });
      return pool.run.sum({ src: dst });
    });
    expect(await Promise.all(sums.map((job) => job.wait()))).toEqual(sums.map((_, at) => at * 256));
    await pool.close();
  }));

test('a worker of the users own may make a pool; when it dies, its pool and its jobs end', () =>
  withSpace({}, async (space) => {
    const url = new URL('../../build/test/pool/nested.agent.js', import.meta.url);
    using shared = space.buffer('i32', [4], { label: 'shared' });
    using meter = space.buffer('i32', [4]);
    await meter.set([0, 0, 0, 0]);
    for (let round = 0; round < (isLong ? 3 : 1); round++) {
      const worker = new Worker(url, {
        workerData: { space: space.handle, shared: shared.handle, meter: meter.handle },
      });
      const [message] = await once(worker, 'message');
      expect(message).toBe('submitted');
      await worker.terminate();
      // What it had queued can never run: whoever comes after it is told, or goes first.
      await shared.set([1, 2, 3, 4], { timeoutMs: 15_000 });
      expect([...(await shared.get({ timeoutMs: 15_000 }))]).toEqual([1, 2, 3, 4]);
    }
    await expectAgents(space, 1);
    const pools: JobsPool[] = [];
    for (let count = 0; count < (isLong ? 4 : 2); count++) pools.push(await startJobs(space, { count: 1 }));
    for (const pool of pools) await pool.close();
  }));

test('jobs submitted by a worker finish while the main thread blocks', () =>
  withSpace({}, async (space) => {
    const url = new URL('../../build/test/pool/submitter.agent.js', import.meta.url);
    using total = space.buffer('i32', [2]);
    const map = await total.map('read');
    const words = map.data as unknown as Int32Array;
    const worker = new Worker(url, { workerData: { space: space.handle } });
    await once(worker, 'message');
    worker.postMessage(total.handle);
    const exited = once(worker, 'exit');
    const deadline = performance.now() + 10_000;
    while (Atomics.load(words, 0) === 0 && performance.now() < deadline) Atomics.wait(words, 0, 0, 10);
    expect(words[0]).toBe(55);
    map.dispose();
    expect(await exited).toEqual([0]);
  }));
