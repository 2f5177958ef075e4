/** A move updates the importer's page tables at once, if their lock is free; otherwise it leaves them as they are. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Words 0 and 1 are locks. */
const frame = 0;
const pageTables = 1;
const place = 2;
/** Where the page tables say that the frame is. */
const entry = 3;

function tryLock(words: Int32Array, at: number): boolean {
  return Atomics.exchange(words, at, 1) === 0;
}

function lock(words: Int32Array, at: number): void {
  while (!tryLock(words, at)) Atomics.wait(words, at, 1);
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

function moveNotify(words: Int32Array, to: number): void {
  if (!tryLock(words, pageTables)) return;
  words[entry] = to;
  unlock(words, pageTables);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)).fill(1, place),
  agents: {
    mover: (words) => {
      lock(words, frame);
      words[place] = 2;
      moveNotify(words, 2);
      unlock(words, frame);
    },
    submitter: (words) => {
      lock(words, pageTables);
      lock(words, frame);
      const [runsOver, isAt] = [words[entry], words[place]];
      unlock(words, frame);
      unlock(words, pageTables);
      assert.equal(runsOver, isAt, `The job runs over place ${runsOver}, and the frame is at ${isAt}.`);
    },
  },
  describeWord: (_words, index) => ['the frame', 'the page tables', 'the place', 'the entry'][index],
});
