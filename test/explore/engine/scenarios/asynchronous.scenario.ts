/** An async function that reaches a cell may be there, and may not be called. */
import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

export async function later(words: Int32Array): Promise<number> {
  return load(words, 0);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { one: (words) => typeof later(words) },
});
