/** Who allocates with a reservation held makes room itself, and the shrinker waits for reservations. */
import { scenario } from 'fenceline/check';

/** Word 0: free pages. Words 1 to 3: reservations of three buffers. Words 4 to 6: the pages of each. */
const reservationOf = (buffer: number): number => 1 + buffer;
const pagesOf = (buffer: number): number => 4 + buffer;
const idle = 2;

function lock(words: Int32Array, at: number): void {
  while (Atomics.exchange(words, at, 1) !== 0) Atomics.wait(words, at, 1);
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

function shrink(words: Int32Array, buffer: number): void {
  lock(words, reservationOf(buffer));
  Atomics.add(words, 0, words[pagesOf(buffer)] ?? 0);
  words[pagesOf(buffer)] = 0;
  unlock(words, reservationOf(buffer));
}

function takePage(words: Int32Array): boolean {
  for (;;) {
    const free = Atomics.load(words, 0);
    if (free === 0) return false;
    if (Atomics.compareExchange(words, 0, free, free - 1) === free) return true;
  }
}

/** Shrinks what was used longest ago, then the idle one. False: there was no room. */
function growBuffer(words: Int32Array, own: number, oldest: number): boolean {
  lock(words, reservationOf(own));
  shrink(words, oldest);
  shrink(words, idle);
  const got = takePage(words);
  if (got) words[pagesOf(own)] = (words[pagesOf(own)] ?? 0) + 1;
  unlock(words, reservationOf(own));
  return got;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(28)).fill(2, pagesOf(idle)),
  agents: {
    left: (words) => growBuffer(words, 0, 1),
    right: (words) => growBuffer(words, 1, 0),
  },
  describeWord: (_words, index) => ['the free pages', 'reservation 0', 'reservation 1', 'reservation 2'][index],
});
