/** The words of a buffer's history and of a client's clock: what is noted is read back, and any words decode. */
import { describe, expect, test } from 'vitest';
import { CLOCK_WORDS, L_TIME, noteJob, restOf } from '#fenceline/memory/policy/client-clock.js';
import {
  clientOf,
  countOf,
  HISTORY_WORDS,
  intervalOf,
  intervalsMax,
  isFinal,
  isUsed,
  movesOf,
  noteUse,
  priorityOf,
  resetHistory,
  setFinal,
  setMoves,
  setPriority,
  setSize,
  sizeOf,
  unwrapped,
  V_USED,
  V_USED_AT,
} from '#fenceline/memory/policy/history.js';

const fresh = (): Int32Array => {
  const words = new Int32Array(HISTORY_WORDS).fill(-1);
  resetHistory(words);
  return words;
};
const intervalsOf = (words: Int32Array): number[] =>
  Array.from({ length: countOf(words) }, (_, age) => intervalOf(words, age));
const usedAt = (...times: number[]): Int32Array => {
  const words = fresh();
  for (const time of times) noteUse(words, 3, time, 2 * time);
  return words;
};

describe('a history', () => {
  test('starts unused, clean, and of the lowest priority', () => {
    const words = fresh();
    expect([isUsed(words), isFinal(words), movesOf(words), priorityOf(words), countOf(words)]).toEqual([
      ...[false, false, 1, 0, 0],
    ]);
  });

  test('remembers the last eight intervals, newest first', () => {
    const words = usedAt(1, 2, 4, 8, 16, 32, 64, 128, 256, 512);
    expect(intervalsOf(words)).toEqual([256, 128, 64, 32, 16, 8, 4, 2]);
    expect([words[V_USED], words[V_USED_AT], clientOf(words), isUsed(words)]).toEqual([512, 1024, 3, true]);
  });

  test('permits a second use by the same job, and forbids it to count', () => {
    expect(intervalsOf(usedAt(5, 5, 9, 9))).toEqual([4]);
  });

  test('notes no interval between uses of different clients', () => {
    const words = usedAt(5, 9);
    noteUse(words, 4, 1000, 20);
    expect([intervalsOf(words), clientOf(words)]).toEqual([[4], 4]);
  });

  test('keeps size, moves, priority and hint apart from each other and from the uses', () => {
    const words = usedAt(5, 9);
    setSize(words, 2 ** 31 - 1);
    for (const moves of [0, 1, 2] as const) {
      for (const priority of [0, 1, 2, 3]) {
        setMoves(words, moves);
        setPriority(words, priority);
        setFinal(words, priority === 1);
        expect([movesOf(words), priorityOf(words), isFinal(words)]).toEqual([moves, priority, priority === 1]);
        expect([sizeOf(words), clientOf(words), intervalsOf(words)]).toEqual([2 ** 31 - 1, 3, [4]]);
      }
    }
  });

  test('takes the hint of a last use back with the next use', () => {
    const words = usedAt(5);
    setFinal(words, true);
    noteUse(words, 3, 6, 12);
    expect(isFinal(words)).toBe(false);
  });

  test.each([1, 4095, 4096, 100_000, 2 ** 26, 2 ** 31 - 1])(
    'keeps an interval of %d within 1/2048, up to 2^27',
    (interval) => {
      const kept = intervalsOf(usedAt(7, (7 + interval) | 0))[0] ?? 0;
      const most = 4095 * 2 ** 15;
      expect(Math.abs(kept - Math.min(interval, most))).toBeLessThanOrEqual(interval < 4096 ? 0 : interval / 2048);
    },
  );

  test('counts across the end of 32 bits', () => {
    const words = usedAt(2 ** 31 - 3, (2 ** 31 + 4) | 0);
    expect(intervalsOf(words)).toEqual([7]);
    expect(unwrapped(words[V_USED] ?? 0, 2 ** 31 + 10)).toBe(2 ** 31 + 4);
    expect(unwrapped(-1, 2 ** 32 + 1)).toBe(2 ** 32 - 1);
  });

  test('decodes to something in range whatever the words are', () => {
    let seed = 1;
    for (let round = 0; round < 300; round++) {
      const words = Int32Array.from({ length: HISTORY_WORDS }, () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
        return seed ^ (seed >>> 13);
      });
      expect(movesOf(words)).toBeLessThanOrEqual(2);
      expect(priorityOf(words)).toBeLessThanOrEqual(3);
      expect(sizeOf(words)).toBeGreaterThanOrEqual(1);
      expect(countOf(words)).toBeLessThanOrEqual(intervalsMax);
      for (const interval of intervalsOf(words)) expect(interval).toBeGreaterThanOrEqual(1);
      noteUse(words, 1, 5, 6);
      expect([words[V_USED], clientOf(words)]).toEqual([5, 1]);
    }
  });
});

describe("a client's clock", () => {
  test('counts its jobs, and rests while others run', () => {
    const clock = new Int32Array(CLOCK_WORDS);
    for (const spaceTime of [1, 2, 3]) noteJob(clock, spaceTime);
    expect([clock[L_TIME], restOf(clock, 3), restOf(clock, 10)]).toEqual([3, 0, 7]);
  });

  test('rests as long as usual, or as long as it already has', () => {
    const clock = new Int32Array(CLOCK_WORDS);
    for (const spaceTime of [1, 2, 12, 13, 23, 24]) noteJob(clock, spaceTime);
    expect(restOf(clock, 25)).toBe(10);
    expect(restOf(clock, 54)).toBe(30);
    noteJob(clock, 54);
    expect(restOf(clock, 55)).toBeCloseTo(14, 1);
  });
});
