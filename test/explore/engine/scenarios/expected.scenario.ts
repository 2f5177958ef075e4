/** Expects two outcomes: one that is only one of three, and one that cannot be. */
import { scenario } from 'fenceline/check';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: {
    one: (words) => Atomics.add(words, 0, 1),
    two: (words) => Atomics.add(words, 0, 1),
    silent: () => {},
  },
  outcomes: [
    { one: 0, two: 1 },
    { one: 1, two: 0 },
    { one: 0, two: 0 },
  ],
});
