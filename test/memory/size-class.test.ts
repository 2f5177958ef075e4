/** Size classes: every size belongs to one, and `classHolding` never promises too much. */
import { expect, test } from 'vitest';
import { classHolding, classOf, unitsMax, unitsOf } from '#fenceline/memory/size-class.js';

const powers = Array.from({ length: 31 }, (_, power) => 2 ** power);
const sizes = [...new Set([...powers.flatMap((size) => [size - 1, size, size + 1, Math.floor(size * 1.4)]), unitsMax])]
  .filter((size) => size >= 1 && size <= unitsMax)
  .concat(Array.from({ length: 4096 }, (_, index) => index + 1))
  .sort((a, b) => a - b);

test('larger sizes are never in a smaller class, and all classes are below 256', () => {
  let last = 0;
  for (const units of sizes) {
    expect(classOf(units)).toBeGreaterThanOrEqual(last);
    last = classOf(units);
  }
  expect(last).toBeLessThan(256);
});

test('the class that holds a size has no smaller size in it, and the one before it has', () => {
  const least = new Map<number, number>();
  for (let units = 4096; units >= 1; units--) least.set(classOf(units), units);
  for (let units = 1; units <= 2048; units++) {
    const holding = classHolding(units);
    expect(least.get(holding)).toBeGreaterThanOrEqual(units);
    if (holding > 1) expect(least.get(holding - 1)).toBeLessThan(units);
  }
});

test('a class spans at most an eighth of its sizes', () => {
  for (const units of sizes) expect(classOf(Math.floor(units * 1.126) + 1)).toBeGreaterThan(classOf(units));
});

test('bytes are rounded up to units of 64', () => {
  expect([unitsOf(1), unitsOf(64), unitsOf(65)]).toEqual([1, 1, 2]);
});
