/** Store buffering: each writes its word and reads the other's. JavaScript's Atomics are sequentially consistent: never two zeros. */
import { scenario } from 'fenceline/check';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    left: (words) => {
      Atomics.store(words, 0, 1);
      return Atomics.load(words, 1);
    },
    right: (words) => {
      Atomics.store(words, 1, 1);
      return Atomics.load(words, 0);
    },
  },
  outcomes: [
    { left: 0, right: 1 },
    { left: 1, right: 0 },
    { left: 1, right: 1 },
  ],
});
