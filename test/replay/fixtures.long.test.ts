/** What a real Linux kernel answered, we answer too: all recorded traces. */
import { expect, test } from 'vitest';
import { type Replayed, replayed, traces } from './traces.ts';

test('all traces replay, and exceptions explain less than one operation in a hundred', async () => {
  const all: Replayed[] = [];
  for (const trace of traces) all.push(await replayed(trace, 1));
  expect(all.flatMap(({ failures }) => failures)).toEqual([]);
  const total = (of: (one: Replayed) => number): number => all.reduce((sum, one) => sum + of(one), 0);
  expect(total(({ results }) => results.length)).toBe(3626);
  expect(total(({ compared }) => compared)).toBe(196_159);
  expect(total(({ excepted }) => excepted) / total(({ compared }) => compared)).toBeLessThan(0.01);
});
