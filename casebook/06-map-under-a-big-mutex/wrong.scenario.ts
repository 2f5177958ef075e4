/** The core calls map with the reservation held, and the exporter's map takes the driver's big mutex; its own paths take that first. */
import { scenario } from 'fenceline/check';

const reservation = 0;
const bigMutex = 1;
const pages = 2;

function lock(words: Int32Array, at: number): void {
  while (Atomics.exchange(words, at, 1) !== 0) Atomics.wait(words, at, 1);
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

/** The exporter's callback, written when nobody held anything around it. */
function map(words: Int32Array): void {
  lock(words, bigMutex);
  words[pages] = 1;
  unlock(words, bigMutex);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  agents: {
    importer: (words) => {
      lock(words, reservation);
      map(words);
      unlock(words, reservation);
    },
    // A page fault on the exporter's side: its driver begins everything with its big mutex.
    fault: (words) => {
      lock(words, bigMutex);
      lock(words, reservation);
      words[pages] = 1;
      unlock(words, reservation);
      unlock(words, bigMutex);
    },
  },
  describeWord: (_words, index) => ['the reservation', 'the big mutex', 'the pages'][index],
});
