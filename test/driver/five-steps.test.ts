/** The five steps of seed 001, with contention injected at every lock. Longer: five-steps.long.test.ts. */
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { runFiveSteps } from './five-steps.ts';

test.each([
  ['at every lock in turn', 'always', 1],
  ['by the schedule of the kernel', 'kernel', 2],
  ['only where there is some', undefined, 3],
] as const)('the five steps on three devices lose nothing, contended %s', async (_, contend, seed) => {
  const debug = contend === undefined ? {} : { contend };
  await withSpace({ debug: { ...debug, poison: true } }, async (space) => {
    const tally = await runFiveSteps(space, seed, 60, 20);
    const { retries } = space.transactionStats;
    console.log(
      `seed ${seed}: ${tally.maps} maps, told ${tally.told} (itself ${tally.toldItself}), ${retries} retries`,
    );
    expect(tally.told).toBeGreaterThan(0);
    expect(tally.toldItself).toBeGreaterThan(0);
    if (contend === 'always') expect(retries).toBeGreaterThan(30);
  });
});
