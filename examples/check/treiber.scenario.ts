/**
 * A Treiber stack of three numbered nodes: one agent takes a node while another takes two and puts its first one back.
 *
 * Word 0 is the top: a node in the low byte, a tag above it that grows with every exchange; word n is the node below
 * node n. Without the tag, a top that was taken and put back looks untouched (ABA).
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

const tagged = (node: number, old: number): number => (((old >>> 8) + 1) << 8) | node;

function push(words: Int32Array, node: number): void {
  for (;;) {
    const top = Atomics.load(words, 0);
    Atomics.store(words, node, top & 255);
    if (Atomics.compareExchange(words, 0, top, tagged(node, top)) === top) return;
  }
}

/** The node taken, or 0 if there was none. */
function pop(words: Int32Array): number {
  for (;;) {
    const top = Atomics.load(words, 0);
    const node = top & 255;
    if (node === 0) return 0;
    const below = Atomics.load(words, node);
    if (Atomics.compareExchange(words, 0, top, tagged(below, top)) === top) return node;
  }
}

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(16));
    for (const node of [3, 2, 1]) push(words, node);
    return words;
  },
  agents: {
    taker: (words) => pop(words),
    shuffler: (words) => {
      const [first, second] = [pop(words), pop(words)];
      push(words, first);
      return second;
    },
  },
  after: (words, { taker, shuffler }) => {
    const left: number[] = [];
    for (let node = pop(words); node !== 0; node = pop(words)) left.push(node);
    assert.deepEqual([...left, taker, shuffler].sort(), [1, 2, 3]);
  },
});
