/**
 * A plain futex mutex, as small as it gets (Drepper, "Futexes are tricky", mutex 2): 0 free, 1 held, 2 held with sleepers.
 * It has no owner, no order and no end if its holder dies.
 */

export function lockFutex(words: Int32Array, index: number): void {
  if (Atomics.compareExchange(words, index, 0, 1) === 0) return;
  while (Atomics.exchange(words, index, 2) !== 0) Atomics.wait(words, index, 2);
}

export function unlockFutex(words: Int32Array, index: number): void {
  if (Atomics.sub(words, index, 1) === 1) return;
  Atomics.store(words, index, 0);
  Atomics.notify(words, index, 1);
}

/** Outcomes: false if somebody else has it. */
export function tryFutex(words: Int32Array, index: number): boolean {
  return Atomics.compareExchange(words, index, 0, 1) === 0;
}
