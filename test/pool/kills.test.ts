/** Workers killed at random moments: jobs fail or run again, the pool goes on, and nothing is left behind. */
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { killWorkers } from './kills.ts';

const kills = isLong ? 30 : 15;

test(`${kills} workers killed under load leave nobody hanging and nothing behind`, async () => {
  const seed = Date.now() % 1_000_000;
  const tally = await killWorkers(kills, seed);
  expect(tally.crashes, `seed ${seed}`).toBe(kills);
  expect(tally.done, `seed ${seed}`).toBeGreaterThan(0);
}, 60_000);
