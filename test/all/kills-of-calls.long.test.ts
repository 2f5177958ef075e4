/**
 * Every public call, with its thread stopped before every fourth of its operations (of calls made of others: every
 * twentieth). FENCELINE_KILLS=1, 2 or 3 begins at another of them: the four runs together stop it before each (of calls made
 * of others: before every fifth). Four runs: the one process that made all of them ended
 * unexpectedly after a quarter of an hour.
 */
import { expect, test } from 'vitest';
import { killedCalls } from '../kills/all-calls.ts';
import { packVictim } from '../kills/pack.ts';
import { sweep } from '../kills/sweep.ts';

const runs = 4;
const run = Number(process.env.FENCELINE_KILLS ?? 0);

function spread(call: string, operations: number): readonly number[] {
  const every = killedCalls[call]?.isComposed ? 5 : 1;
  const first = run * every;
  return Array.from({ length: Math.ceil((operations - first) / (runs * every)) }, (_, at) => first + at * runs * every);
}

test('a thread may be stopped in the middle of any public call: nobody hangs, accounting is exact, no slot is lost', async () => {
  await packVictim();
  const { kills, operations } = await sweep(spread, { provesAtOnce: true, isPacked: true });
  console.log(`${operations.size} calls, killed at ${kills} steps`);
  expect(kills).toBeGreaterThan(1000);
}, 3_600_000);
