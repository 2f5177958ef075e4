/** Two arrays, one in the other. One agent signals what is in the inner array, another asks about the outer one. */
import { scenario } from 'fenceline/check';

/** An array is two words: its lock, and how many of its fences are pending. */
const INNER = 0;
const OUTER = 2;
const PENDING = 1;

function lock(words: Int32Array, array: number): void {
  while (Atomics.compareExchange(words, array, 0, 1) !== 0) Atomics.wait(words, array, 1);
}

function unlock(words: Int32Array, array: number): void {
  Atomics.store(words, array, 0);
  Atomics.notify(words, array);
}

/** A fence of the array is over. If it was the last one, so is the array, which is a fence of the array above. */
function signalOne(words: Int32Array, array: number, above: number): void {
  lock(words, array);
  if (Atomics.sub(words, array + PENDING, 1) === 1 && above >= 0) signalOne(words, above, -1);
  unlock(words, array);
}

/** Whether it is over, counting what is over in the array below, but was not told yet. */
function isOver(words: Int32Array): boolean {
  lock(words, OUTER);
  lock(words, INNER);
  const pending = Atomics.load(words, OUTER + PENDING);
  const below = Atomics.load(words, INNER + PENDING);
  unlock(words, INNER);
  unlock(words, OUTER);
  return pending === 0 || (pending === 1 && below === 0);
}

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(16));
    words[INNER + PENDING] = 1;
    words[OUTER + PENDING] = 1;
    return words;
  },
  agents: {
    signaller: (words) => signalOne(words, INNER, OUTER),
    asking: (words) => isOver(words),
  },
  describeWord: (_, index) => ['inner.lock', 'inner.pending', 'outer.lock', 'outer.pending'][index],
});
