/**
 * Two agents add to a counter by compare-exchange, four times each, and forget how often they had to try. Once they forget
 * more than that: what they read, which decides what they do next.
 */
import { forgetSince, learnt, scenario } from 'fenceline/check';
import { cas, load, store } from '#fenceline/cells/cell.js';

declare global {
  /** What is forgotten; nothing unless the test says so. */
  var forgotten: 'tries' | 'too much' | undefined;
}

type Words = Int32Array<SharedArrayBuffer>;

function addOften(words: Words, index: number): number {
  const before = learnt();
  let last = 0;
  for (let round = 0; round < 4; round++) {
    last = addOne(words);
    if (globalThis.forgotten === 'tries') forgetSince(before, round, last);
    if (globalThis.forgotten === 'too much') forgetSince(before, round);
  }
  store(words, index, last);
  return last;
}

function addOne(words: Words): number {
  for (;;) {
    const value = load(words, 0);
    if (cas(words, 0, value, value + 1)) return value;
  }
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  agents: {
    a: (words) => addOften(words, 1),
    b: (words) => addOften(words, 2),
  },
});
