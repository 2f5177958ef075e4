/** A counting semaphore: two take, one posts twice, and rings only if somebody said that it sleeps. */
import { scenario } from 'fenceline/check';

/** Word 0 is the count, word 1 the number of those who may sleep. */
function take(words: Int32Array): void {
  for (;;) {
    const count = Atomics.load(words, 0);
    if (count > 0) {
      if (Atomics.compareExchange(words, 0, count, count - 1) === count) return;
      continue;
    }
    Atomics.add(words, 1, 1);
    Atomics.wait(words, 0, 0);
    Atomics.sub(words, 1, 1);
  }
}

function post(words: Int32Array): void {
  Atomics.add(words, 0, 1);
  if (Atomics.load(words, 1) > 0) Atomics.notify(words, 0);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    one: (words) => take(words),
    other: (words) => take(words),
    poster: (words) => {
      post(words);
      post(words);
    },
  },
  outcomes: [{}],
  describeWord: (_words, index) => ['count', 'sleepers'][index],
});
