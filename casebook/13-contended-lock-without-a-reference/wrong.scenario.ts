/** A nested call meets a lock, drops its reference because it fails, and names the lock to its caller, who waits for it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** One slot of a table: its lock, who refers to it, and what it is. */
const lockWord = 0;
const references = 1;
const contents = 2;
const frame = 1;
const stranger = 2;

function tryLock(words: Int32Array): boolean {
  return Atomics.compareExchange(words, lockWord, 0, 1) === 0;
}

function lock(words: Int32Array): void {
  while (!tryLock(words)) Atomics.wait(words, lockWord, 1);
}

function unlock(words: Int32Array): void {
  Atomics.store(words, lockWord, 0);
  Atomics.notify(words, lockWord);
}

/** Without references the slot is free, and the next buffer that somebody makes is there. */
function put(words: Int32Array): void {
  if (Atomics.sub(words, references, 1) === 1) Atomics.store(words, contents, stranger);
}

/** The nested call: it found the frame, so it has a reference. False: contended; the caller knows which lock it was. */
function lockFrame(words: Int32Array): boolean {
  if (tryLock(words)) return true;
  put(words);
  return false;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)).fill(1, lockWord, contents + 1).fill(2, references, contents),
  agents: {
    // It has the lock and the other reference.
    holder: (words) => {
      unlock(words);
      put(words);
    },
    top: (words) => {
      // It gave back all that it held, and may wait now.
      if (!lockFrame(words)) lock(words);
      const locked = Atomics.load(words, contents);
      unlock(words);
      assert.equal(locked, frame, 'It waited for the lock of the frame, and has that of a stranger.');
    },
  },
  describeWord: (_words, index) => ['the lock', 'references', 'what it is'][index],
});
