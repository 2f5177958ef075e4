/**
 * Random programs against a model: whatever overlaps, every value that is read is the one that running the calls one
 * after the other would have given. Memory is short, so that jobs also wait for that.
 */
import { Worker } from 'node:worker_threads';
import { type Job, type SharedBuffer, Space, workers } from 'fenceline';
import { expect } from 'vitest';
import { expectAtRest } from '../space/accounting.ts';
import { smallLimits } from '../space/with-space.ts';
import { type JobsPool, jobsModule, startJobs } from './jobs-pool.ts';
import { randomOf } from './kills.ts';

type Rows = SharedBuffer<'i32', readonly [number]>;

interface Tracked {
  readonly buffer: Rows;
  readonly model: number[];
}

/** Runs so many programs, one after the other, in one space. */
export async function runPrograms(seed: number, programs: number): Promise<void> {
  const space = Space.create({ budgetBytes: 24 * 1024, patienceMs: 20_000, limits: smallLimits });
  try {
    const pool = await startJobs(space, { count: 2 });
    for (let program = 0; program < programs; program++) await runProgram(space, pool, seed + program, 120, false);
  } finally {
    await space.close({ abort: true });
  }
}

/**
 * The same while workers are killed: every job replaces what it writes and may run again, so what is read is as exact.
 * Outcomes: how many were killed.
 */
export async function runProgramsKilled(seed: number, programs: number): Promise<number> {
  const space = Space.create({ budgetBytes: 24 * 1024, patienceMs: 20_000, limits: smallLimits });
  const random = randomOf(seed);
  const threads = new Set<Worker>();
  let [kills, done, isOver] = [0, 0, false];
  try {
    const pool: JobsPool = await workers(space, () => tracked(threads), { count: 3 });
    await pool.ready;
    const killer = (async () => {
      for (let doneBefore = -1; !isOver; ) {
        await new Promise((resolve) => setTimeout(resolve, 1 + random(25)));
        // A pool whose workers never get anything done gives up, and should.
        if (kills % 4 === 0 && done === doneBefore) continue;
        doneBefore = done;
        const victim = [...threads][random(threads.size)];
        if (victim === undefined || !threads.delete(victim)) continue;
        void victim.terminate();
        kills++;
      }
    })();
    for (let program = 0; program < programs; program++) {
      await runProgram(space, pool, seed + program, 120, true);
      done++;
    }
    isOver = true;
    await killer;
    return kills;
  } finally {
    isOver = true;
    await space.close({ abort: true });
  }
}

function tracked(threads: Set<Worker>): Worker {
  const worker = new Worker(jobsModule);
  worker.once('online', () => threads.add(worker));
  worker.once('exit', () => threads.delete(worker));
  return worker;
}

/** Reads that were begun, with what they must give. */
type Checks = Promise<void>[];

function expectSame(
  got: Promise<ArrayLike<number> | number>,
  expected: number[] | number,
  what: string,
): Promise<void> {
  return got.then((value) => expect(typeof value === 'number' ? value : Array.from(value), what).toEqual(expected));
}

async function runProgram(
  space: Space,
  pool: JobsPool,
  seed: number,
  steps: number,
  isKilling: boolean,
): Promise<void> {
  const options = isKilling ? { retries: 1000 } : {};
  const random = randomOf(seed);
  const all: Tracked[] = [];
  const checks: Checks = [];
  const jobs: Job<unknown>[] = [];
  const pick = (): Tracked => all[random(all.length)] as Tracked;
  const make = (length: number): void => {
    all.push({ buffer: space.buffer('i32', [length]), model: Array.from({ length }, () => 0) });
  };
  for (let count = 0; count < 4; count++) make(64);
  for (let step = 0; step < steps; step++) {
    const what = `seed ${seed}, step ${step}`;
    const [one, other] = [pick(), pick()];
    const from = random(32);
    const window = random(4) === 0 ? one.buffer.rows(from, from + 16) : undefined;
    const target = window ?? one.buffer;
    const [start, end] = window === undefined ? [0, one.model.length] : [from, from + 16];
    switch (random(9)) {
      case 0:
        jobs.push(pool.run.fill({ dst: target, with: step }, { priority: random(3), ...options }));
        one.model.fill(step, start, end);
        break;
      case 1:
        // It may not run twice.
        if (isKilling) break;
        jobs.push(pool.run.add({ dst: target, by: step }));
        for (let at = start; at < end; at++) one.model[at] = (one.model[at] ?? 0) + step;
        break;
      case 2:
        if (one === other) break;
        jobs.push(pool.run.copy({ src: one.buffer, dst: other.buffer }, options));
        for (const [at, value] of one.model.entries()) other.model[at] = value;
        break;
      case 3: {
        const sum = one.model.slice(start, end).reduce((total, value) => total + value, 0);
        checks.push(expectSame(pool.run.sum({ src: target }, options).wait(), sum, what));
        break;
      }
      case 4:
        checks.push(expectSame(target.get(), one.model.slice(start, end), what));
        break;
      case 5: {
        const values = Array.from({ length: end - start }, () => random(1000));
        checks.push(target.set(values));
        one.model.splice(start, end - start, ...values);
        break;
      }
      case 6:
        all.splice(all.indexOf(one), 1);
        one.buffer.dispose();
        make(64);
        break;
      case 7: {
        // Its turn comes with its locks, so it is waited for: what is submitted meanwhile has another order.
        await space.transaction(async (tx) => {
          const drafts = await Promise.all([tx.edit(one.buffer), tx.edit(other.buffer)]);
          expect(Array.from(drafts[0].data), what).toEqual(one.model);
          for (const draft of new Set(drafts.map(({ data }) => data))) draft[0] = step;
        });
        one.model[0] = step;
        other.model[0] = step;
        break;
      }
      default:
        await new Promise((resolve) => setTimeout(resolve, random(2)));
    }
    window?.dispose();
  }
  await Promise.all([...checks, ...jobs.map((job) => job.wait())]);
  for (const { buffer, model } of all) {
    expect(Array.from(await buffer.get()), `seed ${seed}, at the end`).toEqual(model);
    buffer.dispose();
  }
  await expectAtRest(space);
}
