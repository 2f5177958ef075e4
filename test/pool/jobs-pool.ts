/** The pool of test kernels, in a space of its own that must be at rest afterwards. */
import type { Pool, PoolOptions, Space, SpaceOptions } from 'fenceline';
import { workers } from 'fenceline';
import { withSpace } from '../space/with-space.ts';
import type kernels from './jobs.kernels.ts';

export type JobsPool = Pool<typeof kernels>;

export const jobsModule: URL = new URL('../../build/test/pool/jobs.kernels.js', import.meta.url);

export async function startJobs(space: Space, options: PoolOptions<typeof kernels> = {}): Promise<JobsPool> {
  const pool = await workers<typeof kernels>(space, jobsModule, { count: 2, ...options });
  await pool.ready;
  return pool;
}

/** Runs `body` with two workers. The pool is idle and nothing is held when it returns. */
export function withJobs(
  options: SpaceOptions & { count?: number },
  body: (space: Space, pool: JobsPool) => Promise<void>,
): Promise<void> {
  const { count = 2, ...spaceOptions } = options;
  return withSpace(spaceOptions, async (space) => {
    const pool = await startJobs(space, { count });
    await body(space, pool);
    await pool.close();
  });
}
