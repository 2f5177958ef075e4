/** Two clients need both of two places at once; each throws the other out, one place after the other, and keeps no lock meanwhile. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Words 0 and 1: the locks of the clients' buffers. Words 2 and 3: who is in each place (client + 1; 0: it is free). */
const places = 2;
const roundsMax = 2;

function lock(words: Int32Array, at: number): void {
  while (Atomics.exchange(words, at, 1) !== 0) Atomics.wait(words, at, 1);
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at, 1);
}

/** The other one's buffer goes, under its lock, which is given back before the place is taken. */
function bringIn(words: Int32Array, own: number, place: number): void {
  const other = 1 - own;
  lock(words, other);
  Atomics.compareExchange(words, places + place, other + 1, 0);
  unlock(words, other);
  Atomics.compareExchange(words, places + place, 0, own + 1);
}

/** From here on nobody throws them out. Outcomes: whether both are there. */
function work(words: Int32Array, own: number): boolean {
  lock(words, own);
  const isThere = Atomics.load(words, places) === own + 1 && Atomics.load(words, places + 1) === own + 1;
  unlock(words, own);
  return isThere;
}

/** False: it gave up, as in no round both were still there when it came to use them. */
function draw(words: Int32Array, own: number): boolean {
  for (let round = 0; round < roundsMax; round++) {
    bringIn(words, own, own);
    bringIn(words, own, 1 - own);
    if (work(words, own)) return true;
  }
  return false;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)),
  agents: { left: (words) => draw(words, 0), right: (words) => draw(words, 1) },
  after: (_words, { left, right }) => {
    assert(left || right, 'Each has thrown the other one out in every round, and neither has done its work.');
  },
  describeWord: (_words, index) => ["left's lock", "right's lock", 'place 0', 'place 1'][index],
});
