/** A lock whose word names its holder, so that somebody else can release it after a death. */
import { cas, load, notifyAll, sleep, store } from '#fenceline/cells/cell.js';

export function acquire(words: Int32Array, me: number): void {
  for (;;) {
    const holder = load(words, 0);
    if (holder === 0) {
      if (cas(words, 0, 0, me)) return;
    } else sleep(words, 0, holder, Infinity);
  }
}

export function release(words: Int32Array): void {
  store(words, 0, 0);
  notifyAll(words, 0);
}

export function repair(words: Int32Array, dead: number): void {
  cas(words, 0, dead, 0);
  notifyAll(words, 0);
}
