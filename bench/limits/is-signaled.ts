/** The least that a look at a fence can cost: one load and a compare, right only within 2^31 points. */

/** Looks `count` times whether `target` is reached. Outcomes: how often it was. */
export function lookRaw(words: Int32Array, target: number, count: number): number {
  let reached = 0;
  for (let i = 0; i < count; i++) if (((Atomics.load(words, 0) - target) | 0) >= 0) reached++;
  return reached;
}
