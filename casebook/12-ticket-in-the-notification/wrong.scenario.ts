/** Locks with tickets, and a callback in the middle that waits for one of them without. */
import { scenario } from 'fenceline/check';

const frame = 0;
const pageTables = 1;

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

/** Of the importer. It was given no ticket: it cannot give way for anybody, so it waits. */
function moveNotify(words: Int32Array): void {
  lock(words, pageTables, 9, false);
  unlock(words, pageTables);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    // The older one: it would never have to give way.
    submitter: (words) => {
      lock(words, pageTables, 1, false);
      lock(words, frame, 1, true);
      unlock(words, frame);
      unlock(words, pageTables);
    },
    mover: (words) => {
      lock(words, frame, 2, false);
      moveNotify(words);
      unlock(words, frame);
    },
  },
  describeWord: (_words, index) => ['the frame', "the importer's page tables"][index],
});
