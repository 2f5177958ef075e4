/**
 * When buffers come back, learnt from those that did: for buffers of a kind and an age, how long room must be kept per
 * return. Ages are counted in the buffer's own interval, so that one table serves fast and slow buffers; each client has
 * its own, because memoryless uses, loops and what is used once and never again have nothing in common.
 *
 * Every band of ages counts the buffers that came back while they were in it, and those that passed it. From that follows
 * the chance to come back in this band and in later ones; the room to keep until then costs time; and the best ratio of
 * the two, over all bands until which one could keep it, is the worth of keeping it. Its inverse has the unit of an
 * interval, and is what a known next use is compared with.
 *
 * Source: LHD (Beckmann, Chen, Cidon, NSDI 2018) ranks by hit density; there by size class and absolute age, of millions
 * of objects, here for a few hundred, hence the scaled ages, and the prior: until it has seen something, a table says
 * that buffers come back after their interval, and that those overdue are as far away as they have been idle.
 */

/** Bands start at these ages, in intervals: half octaves while most come back, then octaves. */
const starts: readonly number[] = [
  ...[0, 0.5, 0.71, 1, 1.41, 2, 2.83, 4, 5.66, 8, 11.31, 16, 22.63, 32, 45.25, 64, 90.5],
  ...[128, 181, 256, 512, 1024, 2048, 4096, 8192],
];
export const bandCount: number = starts.length - 1;

/** What is known of a buffer: it was used once; it came back once; its intervals repeat; they do not (a few, many). */
export const ONCE = 0;
export const TWICE = 1;
export const REPEATING = 2;
export const FEW = 3;
export const MANY = 4;
const kindCount = 5;

/** The weight of what a table says before it has seen anything, in buffers a band. */
const prior = 32;
/** Counts are halved beyond this: what was long ago counts less. */
const countMax = 256;
/** An overdue buffer comes back within the next half octave with this chance: it is as far away as it has been idle. */
const lateChance = 0.3;
/**
 * However rarely such buffers come back, they count as at most this many times as far away as they have been idle: of those
 * that are hardly ever used again the longest idle leaves first, and not whichever the table has seen least of.
 */
const idleTimesMax = 6;
/** From this age on a buffer is overdue, as far as the prior goes. */
const late = 3;

export class ReturnTable {
  readonly #returned: Float64Array = new Float64Array(kindCount * bandCount);
  readonly #reached: Float64Array = new Float64Array(kindCount * bandCount).fill(prior);
  readonly #distance: Float64Array = new Float64Array(kindCount * bandCount);

  constructor() {
    for (let kind = 0; kind < kindCount; kind++) {
      for (let band = 0; band < bandCount; band++) {
        const isLate = kind === ONCE || startOf(band) >= late;
        const chance = isLate ? lateChance : 1 - Math.exp(startOf(band) - startOf(band + 1));
        this.#returned[kind * bandCount + band] = prior * chance;
      }
    }
    this.learn();
  }

  /** A buffer of this kind was used again while it was in this band. */
  noteReturn(kind: number, band: number): void {
    const at = kind * bandCount + band;
    this.#returned[at] = (this.#returned[at] as number) + 1;
    this.#count(at);
  }

  /** A buffer of this kind was not used while it was in this band. */
  notePass(kind: number, band: number): void {
    this.#count(kind * bandCount + band);
  }

  /** How far away the next use counts as, in intervals of the buffer. */
  distanceOf(kind: number, band: number): number {
    return this.#distance[kind * bandCount + band] as number;
  }

  /** Draws the conclusions from what was noted since. Costs some hundred multiplications. */
  learn(): void {
    for (let kind = 0; kind < kindCount; kind++) {
      for (let band = 0; band < bandCount; band++) {
        const learnt = 1 / this.#worthOf(kind * bandCount, band);
        this.#distance[kind * bandCount + band] = Math.min(learnt, idleTimesMax * startOf(band + 1));
      }
    }
  }

  /** Returns per time that room is kept, at best over the bands until which it is kept. */
  #worthOf(row: number, from: number): number {
    let left = 1;
    let returns = 0;
    let time = 0;
    let best = 0;
    for (let band = from; band < bandCount; band++) {
      const chance = (this.#returned[row + band] as number) / (this.#reached[row + band] as number);
      returns += left * chance;
      time += left * (startOf(band + 1) - startOf(band)) * (1 - chance / 2);
      left *= 1 - chance;
      best = Math.max(best, returns / time);
    }
    return best;
  }

  #count(at: number): void {
    const reached = (this.#reached[at] as number) + 1;
    const isFull = reached > countMax;
    this.#reached[at] = isFull ? reached / 2 : reached;
    if (isFull) this.#returned[at] = (this.#returned[at] as number) / 2;
  }
}

/** The band of an age, in intervals; `from`: one it has reached for sure. */
export function bandOf(age: number, from = 0): number {
  let band = from;
  while (band < bandCount - 1 && age >= startOf(band + 1)) band++;
  return band;
}

/** The age at which a band starts. `band`: 0 to bandCount. */
export function startOf(band: number): number {
  // One more than there are bands.
  return starts[band] as number;
}
