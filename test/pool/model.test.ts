/** A few random programs; many more in test/all. */
import { expect, test } from 'vitest';
import { runPrograms, runProgramsKilled } from './random-programs.ts';

test('random programs read what one call after the other would have given', async () => {
  await runPrograms(Date.now() % 1_000_000, 12);
}, 60_000);

test('so they do while workers are killed, as long as jobs may run again', async () => {
  expect(await runProgramsKilled(Date.now() % 1_000_000, 4)).toBeGreaterThan(0);
}, 60_000);
