import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';

class Peek {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  get value(): number {
    return load(this.words, 0);
  }
}

export default scenario({ setup: () => new Peek(), agents: { one: (peek) => peek.value } });
