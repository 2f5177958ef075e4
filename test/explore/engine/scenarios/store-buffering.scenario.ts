/** The store-buffering litmus test: under sequential consistency both agents never read 0. */
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    left: (words) => {
      store(words, 0, 1);
      return load(words, 1);
    },
    right: (words) => {
      store(words, 1, 1);
      return load(words, 0);
    },
  },
});
