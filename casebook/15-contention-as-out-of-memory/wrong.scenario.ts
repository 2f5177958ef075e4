/** Eviction waits for its victim's lock under a ticket; that it has to give way comes up as "there is no room". */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Words 0 and 1: locks of two buffers. Word 2: which of them has the memory; there is room for one. */
const needed = 0;
const resident = 1;
const memory = 2;

/** Wait-die. A lock holds the age of its holder; 0 is free, smaller is older. False: an older one has it, and `holds` something. */
function lock(words: Int32Array, at: number, age: number, holds: boolean): boolean {
  for (;;) {
    const holder = Atomics.compareExchange(words, at, 0, age);
    if (holder === 0) return true;
    if (holds && holder < age) return false;
    Atomics.wait(words, at, holder);
  }
}

function unlock(words: Int32Array, at: number): void {
  Atomics.store(words, at, 0);
  Atomics.notify(words, at);
}

/** Outcomes: whether there is room. */
function evict(words: Int32Array, age: number): boolean {
  if (!lock(words, resident, age, true)) return false;
  words[memory] = needed;
  unlock(words, resident);
  return true;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)).fill(resident, memory),
  agents: {
    // The older one. It only looks, for a moment.
    reader: (words) => {
      lock(words, resident, 1, false);
      unlock(words, resident);
    },
    needy: (words) => {
      lock(words, needed, 2, false);
      const hasRoom = evict(words, 2);
      unlock(words, needed);
      return hasRoom;
    },
  },
  after: (_words, { needy }) => {
    assert(needy, 'Out of memory, while the only victim is locked for a moment.');
  },
  describeWord: (_words, index) => ['lock of the needed', 'lock of the resident', 'who has the memory'][index],
});
