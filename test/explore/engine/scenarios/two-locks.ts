/** Two futex locks taken in order, by every agent. Word i is lock i: 0 free, 1 held, 2 held with sleepers. */
import { add, cas, exchange, load, notifyAll, sleep, store } from '#fenceline/cells/cell.js';

export function withBoth(words: Int32Array): number {
  lock(words, 0);
  lock(words, 1);
  const seen = load(words, 2);
  store(words, 2, seen + 1);
  unlock(words, 1);
  unlock(words, 0);
  return seen;
}

function lock(words: Int32Array, index: number): void {
  if (cas(words, index, 0, 1)) return;
  while (exchange(words, index, 2) !== 0) sleep(words, index, 2, Infinity);
}

function unlock(words: Int32Array, index: number): void {
  if (add(words, index, -1) === 1) return;
  store(words, index, 0);
  notifyAll(words, index);
}
