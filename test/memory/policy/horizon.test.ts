/** What leaves first under the default policy. Times: a buffer that was used by the latest two jobs counts as nearer. */
import { expect, test } from 'vitest';
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Told } from './told.ts';

/** Buffers from here on fill the time between others. */
const filler = 10_000;

const told = (): Told => new Told(new Horizon());

/** Jobs of another buffer, which is held, so that it is no candidate. */
function pass(one: Told, jobs: number, client = 0): void {
  one.policy.hold(filler + client);
  for (let job = 0; job < jobs; job++) one.job([filler + client], client);
}

/** A buffer that is used every `interval` jobs, `times` times. */
function loop(one: Told, buffers: readonly number[], times: number): void {
  for (let time = 0; time < times; time++) for (const buffer of buffers) one.job([buffer]);
}

test('in a loop that is larger than the heap, what was just passed leaves first, and what is next last', () => {
  const one = told();
  loop(one, [1, 2, 3, 4, 5, 6, 7, 8], 4);
  for (const buffer of [1, 2, 3, 4, 5]) one.job([buffer]);
  // 4 and 5 are of the latest two jobs: their distances of 7 and 8 jobs count for 0.4.
  expect(one.choose(8)).toEqual([3, 2, 1, 5, 8, 4, 7, 6]);
});

test('what is queued is spared, and of that the farthest leaves first', () => {
  const one = told();
  for (const buffer of [1, 2, 3]) one.job([buffer]);
  pass(one, 5);
  one.policy.queue(1, one.now + 5);
  one.policy.queue(2, one.now + 9);
  expect(one.choose(3)).toEqual([3, 2, 1]);
  one.policy.unqueue(1);
  expect(one.choose(3)[2]).toBe(2);
});

test('what moves twice counts as twice as near, and what moves never or is said to be used no more leaves first', () => {
  const one = told();
  for (const buffer of [1, 2, 3, 4]) one.job([buffer]);
  pass(one, 20);
  one.set(1, { moves: 2 });
  expect(one.choose(4)).toEqual([2, 3, 4, 1]);
  one.set(4, { moves: 0 });
  one.set(3, { isFinal: true });
  expect(one.choose(4)).toEqual([3, 4, 2, 1]);
});

test('a lower priority leaves first, whatever is guessed', () => {
  const one = told();
  for (const buffer of [1, 2, 3]) one.job([buffer]);
  pass(one, 20);
  one.set(1, { priority: 3 });
  one.set(2, { priority: 1 });
  expect(one.choose(3)).toEqual([3, 2, 1]);
});

test('what the latest jobs used counts as nearer, but leaves before there is no room', () => {
  const one = told();
  for (const buffer of [1, 2, 3]) one.job([buffer]);
  pass(one, 3);
  one.job([4]);
  expect(one.choose(4)[3]).toBe(4);
});

test('a client that rests adds its rest: its buffers leave before equal ones of the client that runs', () => {
  const one = told();
  for (let round = 0; round < 4; round++) {
    for (let time = 0; time < 3; time++) for (const buffer of [1, 2, 3, 4]) one.job([buffer], 1);
    for (let time = 0; time < 3; time++) for (const buffer of [5, 6, 7, 8]) one.job([buffer], 2);
  }
  const order = one.choose(8);
  expect(order.slice(0, 4).sort()).toEqual([1, 2, 3, 4]);
  expect(one.choose(9, 2).sort()).toEqual([5, 6, 7, 8]);
});

test('what was used once and is idle leaves before what comes back at its time', () => {
  const one = told();
  loop(one, [1, 2, 3, 4, 5, 6], 3);
  one.job([50]);
  one.job([51]);
  loop(one, [1, 2, 3, 4, 5, 6], 3);
  expect(one.choose(2).sort()).toEqual([50, 51]);
});

test('choosing changes nothing; what is removed, held or freed is not proposed, what comes back is', () => {
  const one = told();
  for (const buffer of [1, 2, 3, 4]) one.job([buffer]);
  pass(one, 9);
  const order = one.choose(4);
  expect(one.choose(4)).toEqual(order);
  const [first = 0, second = 0, third = 0, fourth = 0] = order;
  one.policy.remove(first);
  one.policy.hold(second);
  one.policy.forget(third);
  expect([one.choose(4), one.policy.choose(2, one.now, [])]).toEqual([[fourth], false]);
  one.policy.release(second);
  one.policy.update(first, one.historyOf(first));
  expect(one.choose(4).sort()).toEqual([first, second, fourth].sort());
  expect([one.policy.count, one.policy.size]).toEqual([4, 4]);
});

test('much smaller buffers leave in place of one much larger than the room', () => {
  const one = told();
  for (const buffer of [1, 2, 3]) one.job([buffer]);
  pass(one, 9);
  one.set(1, { size: 1000 });
  expect(one.choose(2)).toEqual([2, 3]);
});

test('a policy that was built again from histories and clocks chooses the same of what repeats', () => {
  const one = told();
  loop(one, [1, 2, 3, 4, 5, 6, 7, 8], 4);
  pass(one, 2);
  const order = one.choose(8);
  one.policy.clear();
  expect([one.choose(8), one.policy.count, one.policy.size]).toEqual([[], 0, 0]);
  for (const [client, clock] of one.clocks) one.policy.updateClient(client, clock);
  for (const [buffer, history] of one.histories) one.policy.update(buffer, history);
  one.policy.hold(filler);
  expect(one.choose(8)).toEqual(order);
});
