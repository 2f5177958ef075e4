/** The driver's mutex became a lock with the same rule as the reservation, and the caller's ticket comes down with the call. */
import { scenario } from 'fenceline/check';

const reservation = 0;
const driverLock = 1;
const pages = 2;

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

/** In whatever order: who has to give way gives back what it has, and begins with the lock that it was refused. */
function lockBoth(words: Int32Array, one: number, other: number, age: number): void {
  let first = one;
  let second = other;
  lock(words, first, age, false);
  while (!lock(words, second, age, true)) {
    unlock(words, first);
    const refused = second;
    second = first;
    first = refused;
    lock(words, first, age, false);
  }
}

function touchPages(words: Int32Array, one: number, other: number, age: number): void {
  lockBoth(words, one, other, age);
  words[pages] = age;
  unlock(words, other);
  unlock(words, one);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  agents: {
    importer: (words) => touchPages(words, reservation, driverLock, 1),
    fault: (words) => touchPages(words, driverLock, reservation, 2),
  },
  describeWord: (_words, index) => ['the reservation', 'the lock of the driver', 'the pages'][index],
});
