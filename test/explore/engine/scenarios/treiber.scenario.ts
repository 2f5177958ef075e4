/** One agent takes a node while another takes two and puts the first back. No node may be in two places. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pop, push } from './treiber.ts';

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(16));
    for (const node of [3, 2, 1]) push(words, node);
    return words;
  },
  agents: {
    taker: (words) => [pop(words)],
    shuffler: (words) => {
      const [first, second] = [pop(words), pop(words)];
      push(words, first);
      return [second];
    },
  },
  after: (words, { taker, shuffler }) => {
    const left: number[] = [];
    for (let node = pop(words); node !== 0; node = pop(words)) left.push(node);
    assert.deepEqual([...left, ...taker, ...shuffler].sort(), [1, 2, 3]);
  },
});
