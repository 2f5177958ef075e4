/** Closing a timeline signals its fences under its lock; a callback lets go of the last reference, and that takes the lock. */
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
  if (words[pending] === 1) pollCallback(words);
  unlock(words);
}

export default scenario({
  // One reference is of the sync file, one of the poll; the fence is pending.
  setup: newTimeline,
  agents: {
    closer: (words) => closeTimeline(words),
    owner: (words) => put(words),
  },
  describeWord: (_words, index) => ["the timeline's lock", 'the references', 'the pending fence'][index],
});

function newTimeline(): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(12));
  words.set([0, 2, 1]);
  return words;
}
