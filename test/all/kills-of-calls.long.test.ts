/**
 * Every public call, with its thread stopped before every fourth of its operations (of calls made of others: every
 * twentieth). Every single one is not clean yet: stopped before one operation near its end, `space.close` leaves its seat.
 */
import { expect, test } from 'vitest';
import { killedCalls } from '../kills/all-calls.ts';
import { packVictim } from '../kills/pack.ts';
import { sweep } from '../kills/sweep.ts';

function everyFourth(call: string, operations: number): readonly number[] {
  const stride = killedCalls[call]?.isComposed ? 20 : 4;
  return Array.from({ length: Math.ceil(operations / stride) }, (_, at) => at * stride);
}

test('a thread may be stopped at every fourth step of any public call: nobody hangs, accounting is exact, no slot is lost', async () => {
  await packVictim();
  const { kills, operations } = await sweep(everyFourth, { provesAtOnce: true, isPacked: true });
  console.log(`${operations.size} calls, killed at ${kills} steps`);
  expect(kills).toBeGreaterThan(1000);
}, 1_800_000);
