/** Seeded random numbers (mulberry32), so that every trace is the same on every machine. */

export interface Random {
  /** 0 to below 1. */
  (): number;
  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number;
  /** From `least` to `most`, each factor as likely as any other. */
  log(least: number, most: number): number;
  /** Normal, with mean 0 and deviation 1. */
  normal(): number;
  pick<T>(list: readonly T[]): T;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, {
    int: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    log: (least: number, most: number) => Math.exp(Math.log(least) + next() * Math.log(most / least)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    // A list with something in it.
    pick: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
  });
}

/** 0 to count - 1, the n-th with a weight of 1 / n^alpha. */
export function zipfOf(count: number, alpha: number, random: Random): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum += 1 / (n + 1) ** alpha;
    sums[n] = sum;
  }
  return () => {
    const target = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
