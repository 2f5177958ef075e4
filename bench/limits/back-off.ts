/**
 * Several locks at once, by hand: each is tried in the order in which it is met; where one is taken, all are given back
 * and everything is tried again after a random while, which doubles (as `std::lock` with a back-off does). Needs no order of
 * locks, and promises nobody that his turn will come.
 */
import { tryFutex, unlockFutex } from './futex-mutex.ts';

/** Runs after which a thread sleeps instead of spinning: by then somebody else holds its locks for long. */
const spinsUntil = 6;
const sleepMsMax = 1;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Locks all of `wanted`, `strideWords` apart. Outcomes: how many runs it took. */
export function lockByTrying(words: Int32Array, wanted: readonly number[], strideWords: number): number {
  for (let runs = 1; ; runs++) {
    const failed = wanted.findIndex((lock) => !tryFutex(words, lock * strideWords));
    if (failed < 0) return runs;
    // Indexes below the length.
    for (let index = failed - 1; index >= 0; index--) unlockFutex(words, (wanted[index] as number) * strideWords);
    backOff(runs);
  }
}

function backOff(runs: number): void {
  if (runs <= spinsUntil) {
    let value = 1;
    for (let left = Math.random() * 2 ** runs * 50; left > 0; left--) value = Math.imul(value, 48_271) | 1;
    Atomics.store(asleep, 0, value & 0);
    return;
  }
  Atomics.wait(asleep, 0, 0, Math.random() * Math.min(sleepMsMax, 2 ** (runs - spinsUntil) / 50));
}
