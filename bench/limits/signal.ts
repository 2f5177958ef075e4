/** The least that signalling can cost: the number, and a look whether anybody waits. */

/** Signals `count` points after `from`. Outcomes: the last one. */
export function signalRaw(words: Int32Array, from: number, count: number): number {
  for (let seqno = from + 1; seqno <= from + count; seqno++) {
    Atomics.store(words, 0, seqno);
    if (Atomics.load(words, 1) !== 0) Atomics.notify(words, 0);
  }
  return Atomics.load(words, 0);
}
