/**
 * Killing workers of a pool at random moments under load, and looking at what is left: for the short test and the long one.
 *
 * The pool is made with the factory form, so that the test has the threads in its hands.
 */
import { Worker } from 'node:worker_threads';
import { type Fence, type Job, Space, workers } from 'fenceline';
import { expect } from 'vitest';
import { accounting, expectAgents, expectAtRest } from '../space/accounting.ts';
import { smallLimits } from '../space/with-space.ts';
import type kernels from './jobs.kernels.ts';
import { jobsModule } from './jobs-pool.ts';

export interface Tally {
  done: number;
  /** Jobs whose worker was killed, and that may not run again. */
  dead: number;
  /** Jobs that did not run for want of an input. */
  starved: number;
  crashes: number;
}

export function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}

/** Kills `kills` workers, one at a time. Everything that was submitted must end, and the space must come to rest. */
export async function killWorkers(kills: number, seed: number): Promise<Tally> {
  const random = randomOf(seed);
  const space = Space.create({ budgetBytes: 2 ** 20, patienceMs: 20_000, limits: smallLimits });
  const threads = new Set<Worker>();
  const start = (): Worker => {
    const worker = new Worker(jobsModule);
    worker.once('online', () => threads.add(worker));
    worker.once('exit', () => threads.delete(worker));
    return worker;
  };
  const pool = await workers<typeof kernels>(space, start, { count: 3 });
  await pool.ready;
  const tally: Tally = { done: 0, dead: 0, starved: 0, crashes: 0 };
  space.on('crash', ({ replaced }) => {
    tally.crashes++;
    expect(replaced, `seed ${seed}: the pool replaces the worker`).toBe(true);
  });
  let isKilling = true;
  const load = Promise.all(
    [1, 2, 3].map((number) => submitAll(space, pool.run, () => isKilling, seed + number, tally)),
  );
  let doneBefore = 0;
  for (let kill = 0; kill < kills; ) {
    await new Promise((resolve) => setTimeout(resolve, random(12)));
    // Bursts of five: a pool whose workers never get anything done gives up, and should.
    if (kill % 5 === 0 && tally.done <= doneBefore) continue;
    if (kill % 5 === 0) doneBefore = tally.done;
    const victim = [...threads][random(threads.size)];
    if (victim === undefined) continue;
    threads.delete(victim);
    void victim.terminate();
    kill++;
  }
  isKilling = false;
  await load;
  // The end of the last ones may not have been heard of yet, and a pool that closes calls it no crash.
  const deadline = performance.now() + 10_000;
  while (tally.crashes < kills && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  await pool.close({ timeoutMs: 10_000 });
  await expectAtRest(space);
  await expectAgents(space, 1, `seed ${seed}: places of agents`);
  expect(accounting(space).usedBytes).toBe(0);
  await space.close();
  return tally;
}

type Run = Awaited<ReturnType<typeof workers<typeof kernels>>>['run'];

/** A few chains at a time over buffers that come and go. */
async function submitAll(space: Space, run: Run, isGoing: () => boolean, seed: number, tally: Tally): Promise<void> {
  const random = randomOf(seed);
  while (isGoing()) {
    const a = space.buffer('i32', [200 + random(2000)]);
    const [b, c] = [a.like(), a.like()];
    const retries = random(2) === 0 ? 3 : 0;
    const jobs: Job<unknown>[] = [
      run.fill({ dst: a, with: 1 }, { retries: 5 }),
      run.work({ src: a, dst: b }, { retries }),
      run.work({ src: b, dst: c }, { retries }),
      run.add({ dst: c, by: random(10) }),
      run.sum({ src: c }),
    ];
    for (const one of [a, b, c]) one.dispose();
    await Promise.all(jobs.map((job) => count(job, seed, tally)));
  }
}

async function count(job: Fence<unknown>, seed: number, tally: Tally): Promise<void> {
  const outcome = await job.settled({ timeoutMs: 20_000 });
  if (outcome.status === 'done') tally.done++;
  else if (outcome.status === 'failed' && outcome.error.code === 'EOWNERDEAD') tally.dead++;
  else if (outcome.status === 'failed' && outcome.error.code === 'EINPUT') tally.starved++;
  else expect.fail(`seed ${seed}: a job is ${JSON.stringify(outcome)}`);
}
