/** Five agents that add once and keep what they saw: 5! = 120 orders, each an outcome of its own. */
import { scenario } from 'fenceline/check';

const once = (words: Int32Array): number => Atomics.add(words, 0, 1);

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { one: once, two: once, three: once, four: once, five: once },
});
