/**
 * Size classes of vacant blocks, as in TLSF (Masmano et al., 2004): powers of two, each cut into eight.
 *
 * Sizes are units of 64 bytes. Below 16 units every class is one size; above, a class spans an eighth of its power of
 * two. Pure arithmetic; the lists behind the classes are in block-bins.ts.
 */
import { assert } from '../base/assert.ts';
import { classCount } from '../base/layout.ts';

export const unitBytes = 64;
/** Largest heap, in units: what an Int32 word holds (128 GiB). */
export const unitsMax: number = 2 ** 31 - 1;

/** The class that a vacant block of this size is listed in. `units`: 1 to unitsMax. */
export function classOf(units: number): number {
  if (units < 8) return units;
  const power = 31 - Math.clz32(units);
  return (power - 2) * 8 + ((units >>> (power - 3)) & 7);
}

/** The least class of which every block holds `units`: perhaps one that no heap fills. `units`: 1 to unitsMax. */
export function classHolding(units: number): number {
  if (units < 8) return units;
  return classOf(units + 2 ** (28 - Math.clz32(units)) - 1);
}

/** Bytes as whole units, rounded up. */
export function unitsOf(bytes: number): number {
  return Math.ceil(bytes / unitBytes);
}

assert(classHolding(unitsMax) < classCount, 'Every size of a heap has a class.');
