/** Many random programs, and pools with more workers than one word of a set has bits for. */
import { Fence } from 'fenceline';
import { expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { runPrograms, runProgramsKilled } from '../pool/random-programs.ts';
import { agentsPresent } from '../space/accounting.ts';

test('2,000 random programs read what one call after the other would have given', async () => {
  await runPrograms(Date.now() % 1_000_000, 2000);
}, 1_800_000);

test('so do 400 while workers are killed, as long as jobs may run again', async () => {
  expect(await runProgramsKilled(Date.now() % 1_000_000, 400)).toBeGreaterThan(100);
}, 1_800_000);

test(
  '45 workers share a split job and a thousand small ones, and all of them leave',
  () =>
    withJobs({ count: 45, limits: { jobs: 1024, buffers: 256 } }, async (space, { run }) => {
      expect(agentsPresent(space)).toBe(46);
      using dst = space.buffer('i32', [450, 4]);
      const parts = (await run.rowsOf({ dst }).wait()) as readonly { from: number; rows: number }[];
      expect(parts.map(({ from }) => from)).toEqual(Array.from({ length: 45 }, (_, at) => at * 10));
      const counters = Array.from({ length: 20 }, () => space.buffer('i32', [4]));
      for (let round = 0; round < 50; round++) {
        const jobs = counters.map((counter) => run.add({ dst: counter, by: 1 }));
        if (round % 10 === 9) await Fence.all(jobs).wait();
      }
      for (const counter of counters) expect([...(await counter.get())]).toEqual([50, 50, 50, 50]);
      for (const counter of counters) counter.dispose();
    }),
  600_000,
);
