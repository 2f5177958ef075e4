import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

function peek(words: Int32Array, value: number = load(words, 0)): number {
  return value;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { one: (words) => peek(words) },
});
