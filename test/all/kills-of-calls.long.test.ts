/** Every public call, with its thread stopped before each of its operations in turn. */
import { expect, test } from 'vitest';
import { killedCalls } from '../kills/all-calls.ts';
import { packVictim } from '../kills/pack.ts';
import { sweep } from '../kills/sweep.ts';

function everyStep(call: string, operations: number): readonly number[] {
  const stride = killedCalls[call]?.isComposed ? 5 : 1;
  return Array.from({ length: Math.ceil(operations / stride) }, (_, at) => at * stride);
}

test('a thread may be stopped at any step of any public call: nobody hangs, accounting is exact, no slot is lost', async () => {
  await packVictim();
  const { kills, operations } = await sweep(everyStep, { provesAtOnce: true, isPacked: true });
  console.log(`${operations.size} calls, killed at ${kills} steps`);
  expect(kills).toBeGreaterThan(5000);
}, 1_800_000);
