/** Four agents that add once each. */
import { scenario } from 'fenceline/check';
import { add } from '#fenceline/cells/cell.js';

const once = (words: Int32Array): number => add(words, 0, 1);

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { a: once, b: once, c: once, d: once },
});
