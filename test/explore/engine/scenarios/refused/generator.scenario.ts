import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

function* all(words: Int32Array): Generator<number> {
  yield load(words, 0);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { one: (words) => [...all(words)] },
});
