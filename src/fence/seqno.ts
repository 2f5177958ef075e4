/**
 * Sequence numbers up to 2^53 in two words, exact even if the writer dies between its two stores.
 *
 * `lo` holds the low 32 bits; `epoch` holds floor(value / 2^30) and is written after lo, so it is right or one behind,
 * never ahead. lo carries two bits of the epoch itself: the smallest epoch >= the one read, with those two bits, is a
 * lower bound of the truth (so "reached" is always right), and if the epoch word still holds what was read before lo,
 * it is the truth at the moment of the load of lo (so "not reached" is right). Readers never wait for a writer.
 * Source: facts/protocols.md 2.3; the naive order (high word on wrap) is wrong in every variant.
 */

import type { Words } from '../cells/cell.ts';
import { load, store } from '../cells/cell.ts';

const epochSize = 2 ** 30;
const epochBits = 30;
const lowMask = epochSize - 1;

/** How far the issued number may be ahead of the completed one. */
export const windowMax: number = 2 ** 31;

/**
 * Whether the value is at least `target`, a number that was issued, by one or two loads.
 *
 * The value V is then never below target - windowMax, so a difference of the low words that is not negative means
 * V >= target. A negative one means V = target - d + k * 2^32 with 1 <= d <= 2^31 and k >= 0. The epoch word, read after
 * lo, is never more than one behind the value at that moment, so V < (epoch + 2) * 2^30; with epoch * 2^30 <= target
 * that is at most target + 2^31 <= target - d + 2^32, so k = 0 and V < target at the load of lo.
 */
export function isIssuedReached(words: Words, loAt: number, epochAt: number, target: number): boolean {
  if (((load(words, loAt) - (target | 0)) | 0) >= 0) return true;
  if (load(words, epochAt) * 2 ** 30 <= target) return false;
  return isReached(words, loAt, epochAt, target);
}

/** Whether the value in the two words is at least `target`. */
export function isReached(words: Words, loAt: number, epochAt: number, target: number): boolean {
  for (;;) {
    const epoch = load(words, epochAt);
    if (combine(epoch, load(words, loAt)) >= target) return true;
    if (load(words, epochAt) === epoch) return false;
  }
}

/** The value in the two words, exact at some moment during the call. */
export function readSeqno(words: Words, loAt: number, epochAt: number): number {
  for (;;) {
    const epoch = load(words, epochAt);
    const value = combine(epoch, load(words, loAt));
    if (load(words, epochAt) === epoch) return value;
  }
}

/**
 * Writes a value that is not smaller than the one there. One store, and a second one once in 2^30. Only one agent
 * writes; `epoch` is the epoch word as it stands. Outcomes: the epoch word as it stands now.
 */
export function writeSeqno(words: Words, loAt: number, epochAt: number, epoch: number, value: number): number {
  if (value < (epoch + 1) * epochSize) {
    store(words, loAt, low32(value));
    return epoch;
  }
  return writeAcross(words, loAt, epochAt, epoch, value);
}

function writeAcross(words: Words, loAt: number, epochAt: number, epoch: number, value: number): number {
  const target = Math.floor(value / epochSize);
  let at = epoch;
  // Never more than one epoch ahead of the epoch word: pass through every boundary in between.
  while (target > at + 1) {
    store(words, loAt, ((at + 1) * epochSize) | 0);
    at++;
    store(words, epochAt, at);
  }
  store(words, loAt, low32(value));
  if (target > at) {
    at = target;
    store(words, epochAt, at);
  }
  return at;
}

/** The low 32 bits of a safe integer, as Int32. */
export function low32(value: number): number {
  return value | 0; // ToInt32 is exact modulo 2^32 for every safe integer
}

function combine(epoch: number, lo: number): number {
  return (epoch + (((lo >>> epochBits) - epoch) & 3)) * epochSize + (lo & lowMask);
}
