/** What leaves first under LRU. */
import { expect, test } from 'vitest';
import { Lru } from '#fenceline/memory/policy/lru.js';
import { Told } from './told.ts';

const told = (...jobs: readonly number[][]): Told => {
  const one = new Told(new Lru());
  for (const buffers of jobs) one.job(buffers);
  return one;
};

test('what was used longest ago leaves first, whatever its size or its cost', () => {
  const one = told([1], [2], [3], [1]);
  one.set(2, { size: 5, moves: 2 });
  expect([one.choose(1), one.choose(6), one.choose(7)]).toEqual([[2], [2, 3], [2, 3, 1]]);
});

test('choosing changes nothing, and what was removed is not proposed again', () => {
  const one = told([1], [2], [3]);
  expect([one.choose(1), one.choose(1)]).toEqual([[1], [1]]);
  one.policy.remove(1);
  one.policy.remove(1);
  expect([one.choose(2), one.policy.count, one.policy.size]).toEqual([[2, 3], 2, 2]);
});

test('what is held is not proposed until it is released', () => {
  const one = told([1], [2]);
  one.policy.hold(1);
  one.policy.update(1, one.historyOf(1));
  expect(one.choose(1)).toEqual([2]);
  one.policy.release(1);
  expect(one.choose(1)).toEqual([1]);
});

test('says whether the victims suffice', () => {
  const one = told([1], [2]);
  expect([one.policy.choose(2, 9, []), one.policy.choose(3, 9, [])]).toEqual([true, false]);
});

test('what is queued is spared, and of that the farthest leaves first, until it was used or withdrawn', () => {
  const one = told([1], [2], [3]);
  one.policy.queue(1, 5);
  one.policy.queue(2, 6);
  expect(one.choose(3)).toEqual([3, 2, 1]);
  one.policy.unqueue(2);
  expect(one.choose(3)).toEqual([2, 3, 1]);
  one.job([9]);
  one.job([1]);
  expect(one.choose(4)).toEqual([2, 3, 9, 1]);
});

test('a use that was queued while the buffer lived elsewhere counts once it lives here', () => {
  const one = told([1], [2]);
  one.policy.queue(7, 20);
  one.job([7]);
  one.job([3]);
  expect(one.choose(4)).toEqual([1, 2, 3, 7]);
});

test('a lower priority leaves first, however recently it was used', () => {
  const one = told([1], [2], [3]);
  one.set(1, { priority: 2 });
  one.set(2, { priority: 1 });
  expect(one.choose(3)).toEqual([3, 2, 1]);
});

test('a client that must make room itself is asked for its own alone', () => {
  const one = told([1], [2]);
  one.job([3], 1);
  expect([one.choose(1, 1), one.choose(5, 1), one.choose(5, 8)]).toEqual([[3], [3], []]);
});

test('a policy that was built again from the histories chooses the same', () => {
  const one = told([5], [2], [9], [5], [1], [2]);
  const order = one.choose(9);
  one.policy.clear();
  expect([one.choose(9), one.policy.count]).toEqual([[], 0]);
  for (const [buffer, history] of one.histories) one.policy.update(buffer, history);
  expect(one.choose(9)).toEqual(order);
});
