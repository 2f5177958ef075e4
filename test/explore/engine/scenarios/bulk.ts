/** Fills the bytes, writes three of them, and says so in the word. */
import { store } from '#fenceline/cells/cell.js';

export function publish(words: Int32Array, bytes: Uint8Array): void {
  bytes.fill(9);
  bytes.set([1, 2, 3], 3);
  store(words, 0, 1);
}
