/**
 * Every public call, with its thread stopped before every fourth of its operations (of calls made of others: every
 * twentieth). FENCELINE_KILLS=all: before each of them, and before every fifth of calls made of others.
 */
import { expect, test } from 'vitest';
import { killedCalls } from '../kills/all-calls.ts';
import { packVictim } from '../kills/pack.ts';
import { sweep } from '../kills/sweep.ts';

const everyNth = process.env.FENCELINE_KILLS === 'all' ? 1 : 4;

function spread(call: string, operations: number): readonly number[] {
  const stride = killedCalls[call]?.isComposed ? 5 * everyNth : everyNth;
  return Array.from({ length: Math.ceil(operations / stride) }, (_, at) => at * stride);
}

test('a thread may be stopped in the middle of any public call: nobody hangs, accounting is exact, no slot is lost', async () => {
  await packVictim();
  const { kills, operations } = await sweep(spread, { provesAtOnce: true, isPacked: true });
  console.log(`${operations.size} calls, killed at ${kills} steps`);
  expect(kills).toBeGreaterThan(1000);
}, 1_800_000);
