/**
 * Counts that go beyond 2^32 in two words, for one writer that counts up by one: exact, also if it stops in between.
 *
 * The low word holds the low 32 bits; the high word holds floor(count / 2^31) and is stored after it, so it is right or
 * one behind. The top bit of the low word is the lowest bit of that quotient: it says which of the two.
 * Not here: sequence numbers, which may jump (fence/seqno.ts).
 */
import type { Words } from './cell.ts';
import { load, store } from './cell.ts';

const half = 2 ** 31;

/** The count, exact at the moment that its low word is read. */
export function readCount(words: Words, at: number): number {
  for (;;) {
    const high = load(words, at + 1);
    const low = load(words, at);
    const count = (high + (((low >>> 31) - high) & 1)) * half + (low & (half - 1));
    // The quotient went on by one at most meanwhile, and the top bit tells.
    if (load(words, at + 1) === high) return count;
  }
}

/** The next count. Context: the one writer, and the word holds `count` - 1. */
export function writeCount(words: Words, at: number, count: number): void {
  store(words, at, count | 0);
  if (count % half === 0) store(words, at + 1, count / half);
}

/** A new writer takes over from one that may have stopped between its two stores. Outcomes: the count. */
export function adoptCount(words: Words, at: number): number {
  const count = readCount(words, at);
  store(words, at + 1, Math.floor(count / half));
  return count;
}
