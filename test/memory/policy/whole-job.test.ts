/** Room for a whole job: what is chosen of a line of candidates. */
import { expect, test } from 'vitest';
import { type Candidate, victimsFor } from '#fenceline/memory/policy/whole-job.js';

/** Chooses from candidates of these sizes and costs, which are numbered from 0. */
const chosen = (needed: number, ...line: readonly (readonly [size: number, cost: number])[]): number[] => {
  const candidates = line.map(([size, cost], buffer): Candidate => ({ buffer, size, cost }));
  return victimsFor(needed, () => candidates.shift()).map(({ buffer }) => buffer);
};

test('the first in line that have room are taken', () => {
  expect(chosen(5, [2, 1], [2, 1], [2, 1], [2, 1])).toEqual([0, 1, 2]);
});

test('what turns out not to be needed stays, from the dearest on', () => {
  expect(chosen(4, [1, 1], [1, 1], [1, 1], [4, 8])).toEqual([3]);
  expect(chosen(5, [1, 1], [1, 1], [1, 1], [4, 8])).toEqual([0, 3]);
});

test('all are taken if they do not suffice', () => {
  expect(chosen(9, [2, 1], [3, 1])).toEqual([0, 1]);
});

test('a victim much larger than the room is spared if small ones behind it cost less', () => {
  expect(chosen(2, [100, 50], [1, 1], [1, 1], [1, 1])).toEqual([1, 2]);
});

test('a victim much larger than the room is spared if one behind it that is large enough costs less', () => {
  expect(chosen(2, [100, 50], [3, 4], [1, 30], [1, 30])).toEqual([1]);
});

test('a victim much larger than the room goes if that is cheapest, or the second look ends before there is room', () => {
  expect(chosen(2, [100, 1], [1, 1], [1, 1])).toEqual([0]);
  const dear = Array.from({ length: 8 }, (): [number, number] => [100, 60]);
  expect(chosen(2, [100, 50], ...dear, [1, 1], [1, 1])).toEqual([0]);
});
