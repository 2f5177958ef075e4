/** One agent publishes eight bytes by a flag; another copies them. Planted: the flag comes first. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { publish } from './bulk.ts';

export default scenario({
  setup: () => {
    const memory = new SharedArrayBuffer(16);
    return { words: new Int32Array(memory, 0, 1), bytes: new Uint8Array(memory, 8) };
  },
  agents: {
    writer: ({ words, bytes }) => publish(words, bytes),
    reader: ({ words, bytes }) => {
      if (load(words, 0) === 0) return 'nothing';
      const copy = new Uint8Array(8);
      copy.set(bytes);
      return String(copy);
    },
  },
  after: ({ words, bytes }) => {
    assert.deepEqual([...bytes], [9, 9, 9, 1, 2, 3, 9, 9]);
    store(words, 0, 0);
  },
});
