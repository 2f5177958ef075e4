/** One agent of five operations; the agent of `afterDeath` notes in word 1 how far it came. */
import { scenario } from 'fenceline/check';
import { add, load, store } from '#fenceline/cells/cell.js';

declare global {
  /** Filled by this scenario, read by its test. */
  var reachedBeforeDeath: number[] | undefined;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    counter: (words) => {
      for (let i = 0; i < 5; i++) add(words, 0, 1);
      return 'done';
    },
  },
  afterDeath: (words) => store(words, 1, load(words, 0) + 1),
  after: (words) => void globalThis.reachedBeforeDeath?.push(load(words, 1) - 1),
});
