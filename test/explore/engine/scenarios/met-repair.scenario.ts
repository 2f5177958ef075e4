/** Somebody looks while the agent of `afterDeath` works: before it begins, between its steps, and when it is done. */
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    victim: (words) => void store(words, 1, 1),
    looker: (words) => load(words, 0),
  },
  afterDeath: (words) => {
    store(words, 0, 1);
    store(words, 0, 2);
  },
  options: { killAgents: ['victim'] },
});
