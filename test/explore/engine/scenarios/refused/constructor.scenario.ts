import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

class Peek {
  readonly value: number;
  constructor(words: Int32Array) {
    this.value = load(words, 0);
  }
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: { one: (words) => new Peek(words).value },
});
