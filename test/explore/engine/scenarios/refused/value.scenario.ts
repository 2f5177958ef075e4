import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

const reader = { read: load };

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { one: (words) => reader.read(words, 0) },
});
