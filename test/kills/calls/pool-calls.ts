/** Calls of pools. What the workers do is stopped in another test (served.ts). */
import { workers as startWorkers } from 'fenceline';
import type { KilledCall, World } from '../call.ts';
import type kernels from '../killed.kernels.ts';
import { noting, spyOn } from '../spy.ts';
import { ownPhoto } from './props.ts';

type StartedPool = Awaited<ReturnType<typeof startWorkers<typeof kernels>>>;

async function ownPool({ space }: World, count: number = 1): Promise<StartedPool> {
  const pool = await startWorkers<typeof kernels>(space, jobsModule, { count });
  await pool.ready;
  return spyOn('Pool', pool);
}

const call = { workers: noting('workers()', startWorkers<typeof kernels>) };
const jobsModule = new URL('../killed.kernels.js', import.meta.url);

export const poolCalls: Readonly<Record<string, KilledCall>> = {
  workers: {
    startsThreads: true,
    prepare:
      ({ space }) =>
      () =>
        call.workers(space, jobsModule, { count: 1 }),
  },
  'pool.run': {
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      return async () => {
        const job = pool.run.fill({ dst: world.photo, with: 2 });
        world.owe(job.handle);
        await job.wait();
      };
    },
  },
  'pool.run in parts': {
    isComposed: true,
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world, 2);
      const own = await ownPhoto(world);
      return async () => {
        const job = pool.run.parts({ dst: own, with: 3 });
        world.owe(job.handle);
        await job.wait();
      };
    },
  },
  'pool.run and cancel': {
    isComposed: true,
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      return async () => {
        const job = spyOn('Job', pool.run.later({ dst: world.photo, ms: 1000 }));
        world.owe(job.handle);
        job.cancel();
        await job.settled();
      };
    },
  },
  'pool.run in a transaction': {
    isComposed: true,
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      return () =>
        world.space.transaction(async (tx) => {
          await tx.lock(world.photo);
          world.owe(pool.run.fill({ dst: world.photo, with: 2 }, { tx }).handle);
        });
    },
  },
  'pool.idle': {
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      pool.run.fill({ dst: world.photo, with: 2 });
      return () => pool.idle;
    },
  },
  'pool.close': {
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      world.owe(pool.run.fill({ dst: world.photo, with: 2 }).handle);
      return () => pool.close();
    },
  },
  'pool.close at once': {
    startsThreads: true,
    prepare: async (world) => {
      const pool = await ownPool(world);
      world.owe(pool.run.later({ dst: world.photo, ms: 1000 }).handle);
      return () => pool.close({ abort: true });
    },
  },
};
