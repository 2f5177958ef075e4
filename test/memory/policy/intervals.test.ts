/** What intervals say by themselves. */
import { expect, test } from 'vitest';
import { HISTORY_WORDS, noteUse, resetHistory } from '#fenceline/memory/policy/history.js';
import { repeatedInterval, usualInterval } from '#fenceline/memory/policy/intervals.js';

/** A history with these intervals, oldest first. */
const after = (...intervals: readonly number[]): Int32Array => {
  const words = new Int32Array(HISTORY_WORDS);
  resetHistory(words);
  let time = 100;
  noteUse(words, 0, time, time);
  for (const interval of intervals) {
    time += interval;
    noteUse(words, 0, time, time);
  }
  return words;
};

test.each([
  [[], 0, 'nothing is known after one use'],
  [[33], 33, 'a single interval is taken to repeat'],
  [[50, 50, 50], 50, 'a loop'],
  [[40, 44, 41], 41, 'a loop that is not exact'],
  [[10, 90, 10, 90, 10], 90, 'forward and backward: two in turn'],
  [[5, 20, 70, 5, 20, 70, 5], 20, 'three in turn'],
  [[10, 200, 35, 90, 44], 0, 'intervals that do not repeat'],
])('%j is followed by %d: %s', (intervals, next) => {
  expect(repeatedInterval(after(...intervals))).toBe(next);
});

test('permits a difference of a quarter, and forbids more', () => {
  expect([repeatedInterval(after(100, 76)), repeatedInterval(after(100, 73))]).toEqual([76, 0]);
});

test('the usual interval is the median of those remembered, whatever one long pause was', () => {
  expect(usualInterval(after())).toBe(0);
  expect(usualInterval(after(7))).toBe(7);
  expect(usualInterval(after(9, 7))).toBe(8);
  expect(usualInterval(after(9, 100_000, 7, 8, 9))).toBe(9);
  expect(usualInterval(after(1, 1, 1, 20, 30, 40, 50, 60, 70, 80, 90))).toBe(55);
});
