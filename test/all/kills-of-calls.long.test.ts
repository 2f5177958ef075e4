/** Every public call, with its thread stopped before each of its operations in turn. */
import { expect, test } from 'vitest';
import { packVictim } from '../kills/pack.ts';
import { sweep } from '../kills/sweep.ts';

test('a thread may be stopped at any step of any public call: nobody hangs, accounting is exact, no slot is lost', async () => {
  await packVictim();
  const everyStep = (_: string, operations: number): readonly number[] =>
    Array.from({ length: operations }, (_, at) => at);
  const { kills, operations } = await sweep(everyStep, { provesAtOnce: true, isPacked: true });
  console.log(`${operations.size} calls, killed at ${kills} steps`);
  expect(kills).toBeGreaterThan(5000);
}, 1_200_000);
