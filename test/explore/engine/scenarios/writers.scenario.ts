/** Two agents that add three times each and keep what they saw: every interleaving is an outcome of its own. */
import { scenario } from 'fenceline/check';
import { add } from '#fenceline/cells/cell.js';

const thrice = (words: Int32Array): number[] => [add(words, 0, 1), add(words, 0, 1), add(words, 0, 1)];

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { left: thrice, right: thrice },
});
