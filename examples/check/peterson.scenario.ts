/** Peterson's lock for two, both spinning; inside, each adds to a word by a read and a write, which excludes nobody by itself. */
import { scenario } from 'fenceline/check';

/** Words 0 and 1 say who wants in, word 2 who waits if both do, word 3 is counted. */
function visit(words: Int32Array, me: number): number {
  Atomics.store(words, me, 1);
  Atomics.store(words, 2, me);
  while (Atomics.load(words, 1 - me) === 1 && Atomics.load(words, 2) === me);
  const before = Atomics.load(words, 3);
  Atomics.store(words, 3, before + 1);
  Atomics.store(words, me, 0);
  return before;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)),
  agents: { left: (words) => visit(words, 0), right: (words) => visit(words, 1) },
  outcomes: [
    { left: 0, right: 1 },
    { left: 1, right: 0 },
  ],
  describeWord: (_words, index) => ['left wants', 'right wants', 'who waits', 'count'][index],
});
