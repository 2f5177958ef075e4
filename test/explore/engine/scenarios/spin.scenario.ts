/** Two agents and a spin lock. */
import { scenario } from 'fenceline/check';
import { add, cas, store } from '#fenceline/cells/cell.js';

function visit(words: Int32Array): number {
  while (!cas(words, 0, 0, 1));
  const seen = add(words, 1, 1);
  store(words, 0, 0);
  return seen;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { left: visit, right: visit },
});
