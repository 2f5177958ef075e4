/** Two agents that disagree about how wide a word is. */
import { scenario } from 'fenceline/check';

export default scenario({
  setup: () => {
    const memory = new SharedArrayBuffer(16);
    return { words: new Int32Array(memory), wide: new BigInt64Array(memory) };
  },
  agents: {
    narrow: ({ words }) => Atomics.load(words, 3),
    wide: ({ wide }) => Number(Atomics.add(wide, 1, 1n)),
  },
});
