/** Whoever needs room tries the locks of others and passes over those in use; now everybody needs room at once. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Words 0 and 1: locks of two buffers. Words 2 and 3: the pages that each has. There are two pages in all. */
const pagesOf = (buffer: number): number => 2 + buffer;

function lock(words: Int32Array, at: number): void {
  while (!tryLock(words, at)) Atomics.wait(words, at, 1);
}

function tryLock(words: Int32Array, at: number): boolean {
  return Atomics.compareExchange(words, at, 0, 1) === 0;
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

function evict(words: Int32Array, other: number): boolean {
  if (!tryLock(words, other)) return false;
  words[pagesOf(other)] = 0;
  unlock(words, other);
  return true;
}

/** Draws with both pages. False: there is no memory. */
function draw(words: Int32Array, own: number, other: number): boolean {
  lock(words, own);
  const hasRoom = evict(words, other);
  if (hasRoom) words[pagesOf(own)] = 2;
  unlock(words, own);
  return hasRoom;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)).fill(1, 2),
  agents: {
    left: (words) => draw(words, 0, 1),
    right: (words) => draw(words, 1, 0),
  },
  after: (_words, { left, right }) => {
    assert(left || right, 'Both are told that there is no memory, and each holds what the other could have.');
  },
  describeWord: (_words, index) => ['lock 0', 'lock 1', 'pages 0', 'pages 1'][index],
});
