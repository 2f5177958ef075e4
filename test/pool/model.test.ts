/** A few random programs; many more in test/all. */
import { test } from 'vitest';
import { runPrograms } from './random-programs.ts';

test('random programs read what one call after the other would have given', async () => {
  await runPrograms(Date.now() % 1_000_000, 12);
}, 60_000);
