/** An index that lies beyond the array. */
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    fine: (words) => store(words, 1, 1),
    beyond: (words) => (load(words, 1) === 1 ? load(words, 2) : 0),
  },
});
