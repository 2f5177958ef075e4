/** Sequence numbers in two words: exact on both sides of every boundary, also when the writer dies between its stores. */
import { describe, expect, test } from 'vitest';
import { isReached, readSeqno, writeSeqno } from '#fenceline/fence/seqno.js';

const boundaries = [2 ** 30, 2 ** 31, 2 ** 32, 3 * 2 ** 30, 5 * 2 ** 30, 2 ** 33, 2 ** 40, 2 ** 53 - 2 ** 30];

/** The two words after a writer has got from 0 to `value`, as it would: in steps it is allowed. */
function wordsAt(value: number): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(8));
  words[0] = value | 0;
  words[1] = Math.floor(value / 2 ** 30);
  return words;
}

describe('two words', () => {
  test.each(boundaries)('hold what was written around %d', (boundary) => {
    const words = wordsAt(boundary - 3);
    let epoch = words[1] ?? 0;
    for (let value = boundary - 2; value <= boundary + 2; value++) {
      if (value > Number.MAX_SAFE_INTEGER) break;
      epoch = writeSeqno(words, 0, 1, epoch, value);
      expect(readSeqno(words, 0, 1)).toBe(value);
      expect(epoch).toBe(Math.floor(value / 2 ** 30));
      for (const [target, isThere] of [
        [value - 1, true],
        [value, true],
        [value + 1, false],
      ] as const) {
        expect(isReached(words, 0, 1, target)).toBe(isThere);
      }
    }
  });

  test.each(boundaries)('are read right around %d when the writer died before its second store', (boundary) => {
    for (let from = boundary - 2; from < boundary; from++) {
      for (let to = boundary; to < boundary + 3; to++) {
        const words = wordsAt(from);
        const whole = wordsAt(to);
        // The first store is the low word: this is what the dead left.
        words[0] = whole[0] ?? 0;
        expect(readSeqno(words, 0, 1)).toBe(to);
        expect(isReached(words, 0, 1, to)).toBe(true);
        expect(isReached(words, 0, 1, to + 1)).toBe(false);
        // Whoever goes on for it starts from what it reads.
        writeSeqno(words, 0, 1, words[1] ?? 0, to + 1);
        expect(readSeqno(words, 0, 1)).toBe(to + 1);
      }
    }
  });

  test('a step over many boundaries passes through each, and is exact', () => {
    for (const step of [1, 2 ** 30, 2 ** 31 + 7, 2 ** 32, 2 ** 35 + 1, 2 ** 40]) {
      for (const from of [0, 5, 2 ** 30 - 1, 2 ** 32 - 1]) {
        const words = wordsAt(from);
        writeSeqno(words, 0, 1, words[1] ?? 0, from + step);
        expect(readSeqno(words, 0, 1)).toBe(from + step);
      }
    }
  });
});
