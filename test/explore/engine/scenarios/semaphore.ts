/** A counting semaphore: word 0 is the count, word 1 the number of waiters. */
import { add, cas, load, notifyAll, sleep } from '#fenceline/cells/cell.js';

export function take(words: Int32Array): void {
  for (;;) {
    const count = load(words, 0);
    if (count > 0) {
      if (cas(words, 0, count, count - 1)) return;
      continue;
    }
    add(words, 1, 1);
    sleep(words, 0, count, Infinity);
    add(words, 1, -1);
  }
}

export function post(words: Int32Array): void {
  add(words, 0, 1);
  if (load(words, 1) > 0) notifyAll(words, 0);
}
