/** How rounds are compared: within a round, in turning order, and never with results that differ. */
import { expect, test } from 'vitest';
import type { Candidate } from '../../bench/rounds.ts';
import { costRow, interleave, speedRow, spreadOf } from '../../bench/rounds.ts';
import { isMissing, verdictOf } from '../../bench/row.ts';
import { short, tableOf } from '../../bench/table.ts';

/** Takes the given times one after the other. */
function scripted(name: string, times: readonly number[], result: unknown = 'right'): Candidate {
  let next = 0;
  return { name, run: () => ({ nsPerOperation: times[next++] ?? Number.NaN, result }) };
}

test('ratios are taken within a round, so that a slow machine slows both sides of one', async () => {
  const rounds = await interleave([scripted('a', [10, 100, 20]), scripted('b', [5, 50, 10])], 3, 0);
  const row = costRow(rounds, 'a', 'b', { what: 'a', against: 'b', goal: { atMost: 2 } });
  expect(row.ratio).toEqual({ median: 2, least: 2, most: 2 });
  expect(verdictOf(row)).toBe('reached');
});

test('warm-up rounds do not count', async () => {
  const rounds = await interleave([scripted('a', [1000, 10, 10]), scripted('b', [1, 10, 10])], 2, 1);
  expect(costRow(rounds, 'a', 'b', { what: 'a', against: 'b' }).ratio.most).toBe(1);
});

test('a goal of speed turns the ratio round, and is missed below it', async () => {
  const rounds = await interleave([scripted('a', [10, 10]), scripted('b', [290, 290])], 2, 0);
  const row = costRow(rounds, 'a', 'b', { what: 'a', against: 'b', goal: { atLeast: 30 } });
  expect(row.ratio.median).toBe(29);
  expect(verdictOf(row)).toBe('missed');
  expect(speedRow(rounds, 'a', 'b', 'jobs/s', { what: 'a', against: 'b' }).ours).toBe(1e8);
});

test('a candidate that computes something else is an error that names it', async () => {
  const rounds = interleave([scripted('a', [1, 1]), scripted('b', [1, 1], 'wrong')], 2, 0);
  await expect(rounds).rejects.toThrow('b computed "wrong" in round 0');
});

test('the order turns from round to round', async () => {
  const order: string[] = [];
  const noted = (name: string): Candidate => ({
    name,
    run: () => {
      order.push(name);
      return { nsPerOperation: 1, result: 0 };
    },
  });
  await interleave([noted('a'), noted('b'), noted('c')], 2, 1);
  expect(order.join('')).toBe('abcbcacab');
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
});

test('the table shows three digits that count, and n/a for what is missing', () => {
  expect([0.0123, 1.234, 12.34, 123.4, 12_345, 1_234_567].map(short)).toEqual([
    '0.01',
    '1.23',
    '12.3',
    '123',
    '12.3k',
    '1.23M',
  ]);
  const missing = { what: 'x', against: 'y', missing: 'there is no y.' };
  expect(isMissing(missing)).toBe(true);
  expect(tableOf([missing]).split('\n')[1]).toMatch(/^x +y +n\/a$/);
});
