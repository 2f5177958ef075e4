/** The five steps of seed 001 for a minute, over many seeds. */
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { runFiveSteps } from './five-steps.ts';

const secondsMax = Number(process.env.FENCELINE_SECONDS ?? 50);

test('the five steps on three devices lose nothing, for a minute', async () => {
  const until = performance.now() + secondsMax * 1000;
  let seed = 100;
  for (; performance.now() < until; seed++) {
    const contend = ([undefined, 'kernel', 'always', 2] as const)[seed % 4];
    await withSpace({ debug: contend === undefined ? {} : { contend } }, async (space) => {
      const tally = await runFiveSteps(space, seed, 300, 20);
      expect(tally.told).toBeGreaterThan(0);
    });
  }
  console.log(`${seed - 100} seeds`);
}, 200_000);
