/** A client that does again what it did before is foreseen. */
import { expect, test } from 'vitest';
import { Replay } from '#fenceline/memory/policy/replay.js';

const scan = (length: number, first = 0): number[][] => Array.from({ length }, (_, at) => [first + at, 1000]);
const edits = (count: number, buffer: number): number[][] => Array.from({ length: count }, () => [buffer, 1001]);

function after(...jobs: readonly number[][]): Replay {
  const replay = new Replay();
  for (const job of jobs) replay.startJob(job);
  return replay;
}

test('a scan that begins again is expected to go on, each buffer at its distance, and not the ones behind', () => {
  const replay = after(...scan(40), ...edits(30, 500), ...scan(5));
  const told: number[] = [];
  replay.foresee((buffer) => told.push(buffer));
  expect(told.slice(0, 3)).toEqual([5, 1000, 6]);
  expect([replay.distanceOf(5), replay.distanceOf(6), replay.distanceOf(20)]).toEqual([1, 2, 16]);
  expect([replay.distanceOf(4), replay.distanceOf(0), replay.distanceOf(77)]).toEqual([0, 0, 0]);
});

test('the longer jobs ran alike, the farther ahead they are foreseen; one alone is not believed', () => {
  const jobs = [...scan(90), ...edits(30, 500)];
  expect(after(...jobs, ...scan(1)).ahead).toBe(0);
  expect(after(...jobs, ...scan(2)).ahead).toBe(16);
  expect(after(...jobs, ...scan(4)).ahead).toBe(32);
});

test('a loop is foreseen for one round, and each use moves the buffer to its next one', () => {
  const replay = after(...scan(10), ...scan(10), ...scan(3));
  replay.foresee(() => {});
  expect([replay.ahead, replay.distanceOf(3), replay.distanceOf(9), replay.distanceOf(2)]).toEqual([9, 1, 7, 0]);
  expect(replay.startJob([3, 1000])).toBe(true);
  replay.foresee(() => {});
  const passed: number[] = [];
  replay.passed((buffer) => passed.push(buffer));
  expect([passed, replay.distanceOf(4), replay.distanceOf(3)]).toEqual([[3, 1000], 1, 0]);
});

test('permits another buffer in a job', () => {
  const replay = after(...scan(40), ...edits(9, 500), ...scan(5));
  replay.foresee(() => {});
  expect(replay.startJob([5, 1000, 4])).toBe(true);
  expect([replay.distanceOf(6), replay.distanceOf(7)]).toEqual([1, 2]);
});

test('a job like none before voids what was expected, until the thread is found again', () => {
  const replay = after(...scan(40), ...edits(9, 500), ...scan(5));
  replay.foresee(() => {});
  expect(replay.startJob([600, 601])).toBe(false);
  expect([replay.ahead, replay.distanceOf(6)]).toEqual([0, 0]);
  replay.startJob([20, 1000]);
  expect(replay.startJob([21, 1000])).toBe(true);
  replay.foresee(() => {});
  expect([replay.distanceOf(22), replay.distanceOf(6)]).toEqual([1, 0]);
});

test('a buffer that was freed is not expected', () => {
  const replay = after(...scan(40), ...edits(9, 500), ...scan(5));
  replay.foresee(() => {});
  replay.forget(7);
  expect([replay.distanceOf(6), replay.distanceOf(7)]).toEqual([2, 0]);
});

test('what is older than the log remembers is not compared with, however long the client runs', () => {
  const replay = new Replay();
  let foreseen = 0;
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 6000; at++) {
      replay.startJob(Array.from({ length: 1 + (at % 9) }, (_, which) => 10 * at + which));
      foreseen += replay.ahead;
    }
  }
  expect(foreseen).toBe(0);
});
