/** The pool of test kernels, in a space of its own that must be at rest afterwards. */
import type { Pool, PoolOptions, SharedBuffer, SpaceOptions } from 'fenceline';
import { Space, workers } from 'fenceline';
import { expect } from 'vitest';
import { afterFile } from '../after-file.ts';
import { expectAtRest } from '../space/accounting.ts';
import { smallLimits, withSpace } from '../space/with-space.ts';
import type kernels from './jobs.kernels.ts';

export type JobsPool = Pool<typeof kernels>;

export const jobsModule: URL = new URL('../../build/test/pool/jobs.kernels.js', import.meta.url);

export async function startJobs(space: Space, options: PoolOptions<typeof kernels> = {}): Promise<JobsPool> {
  const pool = await workers<typeof kernels>(space, jobsModule, { count: 2, ...options });
  await pool.ready;
  return pool;
}

/** Waits until a kernel that notes in this meter how many are inside, as `gate` does, has begun. */
export async function whenInside(meter: SharedBuffer<'i32'>): Promise<void> {
  using map = await meter.map('read');
  const words = map.data as unknown as Int32Array;
  await expect.poll(() => Atomics.load(words, 0), { timeout: 20_000, interval: 1 }).toBeGreaterThan(0);
}

/** One space and pool for all tests of a file that want nothing special: starting threads is most of what a test takes. */
let shared: Promise<{ space: Space; pool: JobsPool }> | undefined;

async function startShared(): Promise<{ space: Space; pool: JobsPool }> {
  const space = Space.create({ budgetBytes: 2 ** 24, limits: smallLimits });
  afterFile(async () => {
    shared = undefined;
    await space.close({ abort: true });
  });
  return { space, pool: await startJobs(space) };
}

/** Runs `body` with two workers, or `count`. Nothing is held when it returns. */
export async function withJobs(
  options: SpaceOptions & { count?: number },
  body: (space: Space, pool: JobsPool) => Promise<void>,
): Promise<void> {
  if (Object.keys(options).length === 0) {
    shared ??= startShared();
    const { space, pool } = await shared;
    await body(space, pool);
    await pool.idle;
    await expectAtRest(space);
    return;
  }
  const { count = 2, ...spaceOptions } = options;
  await withSpace(spaceOptions, async (space) => {
    const pool = await startJobs(space, { count });
    await body(space, pool);
    await pool.close();
  });
}
