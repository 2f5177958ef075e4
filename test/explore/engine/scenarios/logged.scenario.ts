/** Two agents write into one log, an object that no operation goes through. */
import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

export default scenario({
  setup: () => ({ words: new Int32Array(new SharedArrayBuffer(8)), log: [] as string[] }),
  agents: {
    left: ({ words, log }) => {
      load(words, 0);
      log.push('left');
    },
    right: ({ words, log }) => {
      load(words, 1);
      log.push('right');
      return log.length;
    },
  },
});
