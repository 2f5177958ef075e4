/** The words of the lock validator, part of the control block: names, two matrices of edges, and who saw each edge first. */
import type { Limits } from './limits.ts';

/** A name in shared memory: a class of locks, or a place in the code (lock/names.ts). */
export const NAME_WORDS = 16;
/** Places that are told apart: their numbers, + 1, fit 10 bits of a sighting. */
const placesMax = 1023;
const placesPerClass = 4;
/** Of edges: strong and nested (lock/lock-graph.ts). */
const kinds = 2;

/** Where each table starts, in words. */
export interface ValidatorLayout {
  readonly classes: number;
  readonly places: number;
  readonly placeCount: number;
  /** A row of bits per kind and class. */
  readonly edges: number;
  readonly rowWords: number;
  /** One word per edge. */
  readonly sightings: number;
}

export function validatorLayout({ lockClasses }: Limits, start: number): ValidatorLayout {
  const placeCount = Math.min(lockClasses * placesPerClass, placesMax);
  const rowWords = Math.ceil(lockClasses / 32);
  const places = start + lockClasses * NAME_WORDS;
  const edges = places + placeCount * NAME_WORDS;
  return { classes: start, places, placeCount, edges, rowWords, sightings: edges + kinds * lockClasses * rowWords };
}

export function validatorWords(limits: Limits): number {
  return validatorLayout(limits, 0).sightings + kinds * limits.lockClasses * limits.lockClasses;
}
