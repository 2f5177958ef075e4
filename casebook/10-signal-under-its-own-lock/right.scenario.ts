/** Under the lock the callbacks are only taken; they run once it is given back, and find no lock that they do not know of. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

const timelineLock = 0;
const references = 1;
const pending = 2;

function lock(words: Int32Array): void {
  while (Atomics.exchange(words, timelineLock, 1) !== 0) Atomics.wait(words, timelineLock, 1);
}

function unlock(words: Int32Array): void {
  Atomics.store(words, timelineLock, 0);
  Atomics.notify(words, timelineLock, 1);
}

/** The last one takes the fence out of the timeline's list, which the timeline's lock protects. */
function put(words: Int32Array): void {
  if (Atomics.sub(words, references, 1) !== 1) return;
  lock(words);
  words[pending] = 0;
  unlock(words);
}

/** Somebody polls the buffer; what it does when the fence signals is nothing but letting go of it. */
const pollCallback = (words: Int32Array): void => put(words);

function closeTimeline(words: Int32Array): void {
  lock(words);
  const isSignalled = words[pending] === 1;
  unlock(words);
  if (isSignalled) pollCallback(words);
}

/** One reference is of the sync file, one of the poll; the fence is pending. */
function newTimeline(): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(12));
  words.set([0, 2, 1]);
  return words;
}

export default scenario({
  setup: newTimeline,
  agents: {
    closer: (words) => closeTimeline(words),
    owner: (words) => put(words),
  },
  after: (words) => {
    assert.equal(words[references], 0, 'Nobody has a reference any more.');
    assert.equal(words[pending], 0, 'The last one took the fence out of the list.');
  },
  describeWord: (_words, index) => ["the timeline's lock", 'the references', 'the pending fence'][index],
});
