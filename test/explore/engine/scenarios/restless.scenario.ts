/** Not repeatable: what setup makes depends on what ran before. */
import { scenario } from 'fenceline/check';
import { add, load } from '#fenceline/cells/cell.js';

let runs = 0;

export default scenario({
  setup: () => {
    runs++;
    return new Int32Array(new SharedArrayBuffer(4));
  },
  agents: {
    one: (words) => {
      for (let i = 0; i < runs; i++) add(words, 0, 1);
    },
    two: (words) => load(words, 0),
  },
});
