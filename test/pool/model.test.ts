/** A few random programs; many more in test/all. */
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { runPrograms, runProgramsKilled } from './random-programs.ts';

test('random programs read what one call after the other would have given', async () => {
  await runPrograms(Date.now() % 1_000_000, isLong ? 12 : 6);
}, 60_000);

test('so they do while workers are killed, as long as jobs may run again', async () => {
  expect(await runProgramsKilled(Date.now() % 1_000_000, isLong ? 4 : 2)).toBeGreaterThan(0);
}, 60_000);
