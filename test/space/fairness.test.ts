/** Memory that is short and never at rest: whoever waits for some gets its turn, and nobody waits for whom they hold up. */
import { symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FencelineError, Job } from 'fenceline';
import { expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { smallLimits, withSpace } from './with-space.ts';

const KiB = 1024;

test('buffers that are used without a pause are evicted for a request that has waited long', () =>
  withJobs({ budgetBytes: 8 * KiB, patienceMs: 2000, swap: { sizeBytes: 32 * KiB } }, async (space, { run }) => {
    const hot = [space.buffer('i32', [KiB]), space.buffer('i32', [KiB])];
    using cold = space.buffer('i32', [KiB]);
    let isOver = false;
    // Each has a job queued behind the one that runs, all the time.
    const busy = hot.map(async (dst) => {
      let last: Job<unknown> = run.later({ dst, ms: 20 });
      while (!isOver) {
        const next = run.later({ dst, ms: 20 });
        await last.wait();
        last = next;
      }
      await last.wait();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cold.set(new Int32Array(KiB).fill(7));
    isOver = true;
    await Promise.all(busy);
    expect((await cold.get())[9]).toBe(7);
    for (const buffer of hot) buffer.dispose();
  }));

test('a job that waits for one that waits for memory does not keep that memory from it', () =>
  withJobs({ budgetBytes: 8 * KiB, patienceMs: 10_000, swap: { sizeBytes: 32 * KiB } }, async (space, { run }) => {
    const [wide, small] = [space.buffer('i32', [2 * KiB]), space.buffer('i32', [KiB])];
    run.later({ dst: small, ms: 60 });
    // There is room for it once the job before it is over, and the one behind it does not count.
    const waiting = run.fill({ dst: wide, with: 1 });
    const behind = run.fill({ dst: small, with: 2 }, { after: waiting });
    await behind.wait();
    expect([(await wide.get())[0], (await small.get())[0]]).toEqual([1, 2]);
    for (const buffer of [wide, small]) buffer.dispose();
  }));

test('a job that has waited for memory, and then only for a lock, has not run out of memory', () =>
  withJobs({ budgetBytes: 8 * KiB, patienceMs: 100 }, async (space, { run }) => {
    const [src, dst, other] = [space.buffer('i32', [KiB]), space.buffer('i32', [KiB]), space.buffer('i32', [KiB])];
    await src.set(new Int32Array(KiB).fill(4));
    const inTheWay = await other.map('write');
    let copied: Promise<unknown> | undefined;
    await space.transaction(async (tx) => {
      // Younger than the transaction, so it does not come first.
      copied ??= run.copy({ src, dst }).wait();
      await tx.lock(src);
      // From here on there is room.
      inTheWay.dispose();
      other.dispose();
      await new Promise((resolve) => setTimeout(resolve, 400));
    });
    await copied;
    expect((await dst.get())[9]).toBe(4);
    for (const buffer of [src, dst]) buffer.dispose();
  }));

test('a disk that is full loses nothing, and is named when memory is short', async () => {
  const path = join(tmpdir(), `fenceline-full-${process.pid}`);
  symlinkSync('/dev/full', path);
  try {
    await withSpace(
      { budgetBytes: 8 * KiB, patienceMs: 60, swap: { sizeBytes: 32 * KiB, file: path } },
      async (space) => {
        const buffers = [1, 2].map((value) => ({ value, buffer: space.buffer('u32', [KiB]) }));
        for (const { buffer, value } of buffers) await buffer.set(new Uint32Array(KiB).fill(value));
        using more = space.buffer('u32', [KiB]);
        const error = (await more.set(new Uint32Array(KiB)).catch((reason: unknown) => reason)) as FencelineError;
        expect([error.code, error.message]).toEqual([
          'ENOMEM',
          expect.stringMatching(/swap file refused \d+ writes.*ENOSPC/),
        ]);
        for (const { buffer, value } of buffers) expect((await buffer.get())[7]).toBe(value);
        for (const { buffer } of buffers) buffer.dispose();
      },
    );
  } finally {
    // The space removes its file, which is the link, when it is closed.
    expect(() => unlinkSync(path)).toThrow(/ENOENT/);
  }
});

test('a job for which there is no descriptor of a block is told so, once nobody gave any back', () =>
  withSpace({ patienceMs: 50, limits: { ...smallLimits, blocks: 4 } }, async (space) => {
    const buffers = Array.from({ length: 4 }, () => space.buffer('u32', [KiB]));
    const outcomes = await Promise.allSettled(buffers.map((buffer) => buffer.set(new Uint32Array(KiB).fill(3))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect((outcomes[3] as PromiseRejectedResult).reason).toMatchObject({
      code: 'ENOSPC',
      details: { limit: 'blocks', value: 4 },
    });
    const [first, , , last] = buffers;
    first?.dispose();
    await last?.set(new Uint32Array(KiB).fill(4));
    expect((await last?.get())?.[8]).toBe(4);
    for (const buffer of buffers.slice(1)) buffer.dispose();
  }));
