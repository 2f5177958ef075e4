/** Peterson's lock: words 0 and 1 say who wants in, word 2 whose turn it is to wait. */
import { load, store } from '#fenceline/cells/cell.js';

export function enter(words: Int32Array, me: number): void {
  store(words, me, 1);
  store(words, 2, me);
  while (load(words, 1 - me) === 1 && load(words, 2) === me);
}

export function leave(words: Int32Array, me: number): void {
  store(words, me, 0);
}
