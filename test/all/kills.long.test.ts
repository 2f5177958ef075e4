/** 1,000 real workers, killed at random moments under load. */
import { expect, test } from 'vitest';
import { killWorkers } from '../pool/kills.ts';

test('1,000 workers killed under load leave nobody hanging and nothing behind', async () => {
  const seed = Date.now() % 1_000_000;
  const tally = await killWorkers(1000, seed);
  expect(tally.crashes, `seed ${seed}`).toBe(1000);
  expect(tally.dead, `seed ${seed}`).toBeGreaterThan(0);
  expect(tally.done, `seed ${seed}`).toBeGreaterThan(100);
}, 1_800_000);
