/**
 * Several locks at once, by hand: plain futex mutexes, taken in order of their number. The least that it can cost, where
 * all the locks are known before the first is taken; nobody may ever break the order.
 */
import { lockFutex, unlockFutex } from './futex-mutex.ts';

/** Locks all of `wanted`, which it sorts; `strideWords` apart, so that no two share a cache line. */
export function lockOrdered(words: Int32Array, wanted: number[], strideWords: number): void {
  wanted.sort((a, b) => a - b);
  for (const lock of wanted) lockFutex(words, lock * strideWords);
}

export function unlockOrdered(words: Int32Array, wanted: readonly number[], strideWords: number): void {
  for (let index = wanted.length - 1; index >= 0; index--) {
    // An index below the length.
    unlockFutex(words, (wanted[index] as number) * strideWords);
  }
}
