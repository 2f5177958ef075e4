import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    one: (words) => [0, 1].map((index) => load(words, index)),
  },
});
