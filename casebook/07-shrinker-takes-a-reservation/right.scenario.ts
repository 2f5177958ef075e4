/** The shrinker only tries reservations, passes over those that are in use, and may come back with nothing. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Word 0: free pages. Words 1 to 3: reservations of three buffers. Words 4 to 6: the pages of each. */
const reservationOf = (buffer: number): number => 1 + buffer;
const pagesOf = (buffer: number): number => 4 + buffer;
const idle = 2;

function tryLock(words: Int32Array, at: number): boolean {
  return Atomics.exchange(words, at, 1) === 0;
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

function shrink(words: Int32Array, buffer: number): void {
  if (!tryLock(words, reservationOf(buffer))) return;
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

/** False: there was no room. The caller hears of it with nothing held, and may wait there. */
function growBuffer(words: Int32Array, own: number, oldest: number): boolean {
  while (!tryLock(words, reservationOf(own))) Atomics.wait(words, reservationOf(own), 1);
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
  after: (words, { left, right }) => {
    assert(left || right, 'Somebody finds the idle buffer.');
    const sum = words.reduce((before, word) => before + word);
    assert.equal(sum, 2, 'No page is lost or there twice, and nothing is held.');
  },
  describeWord: (_words, index) => ['the free pages', 'reservation 0', 'reservation 1', 'reservation 2'][index],
});
