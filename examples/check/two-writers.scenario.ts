/** Two agents that add three times each and keep what they saw: each of the 20 orders (6 over 3) is an outcome of its own. */
import { scenario } from 'fenceline/check';

const thrice = (words: Int32Array): number[] => [
  Atomics.add(words, 0, 1),
  Atomics.add(words, 0, 1),
  Atomics.add(words, 0, 1),
];

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { left: thrice, right: thrice },
});
