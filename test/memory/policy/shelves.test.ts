/** Shelves against the simplest model: a list of what is where, sorted whenever it is asked for. */
import { expect, test } from 'vitest';
import { Shelves } from '#fenceline/memory/policy/shelves.js';

const randomOf = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

test('the top of every shelf is its greatest key, and of equal ones the lesser item, whatever was put and taken', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = randomOf(seed);
    const shelves = new Shelves();
    const model = new Map<number, { shelf: number; key: number }>();
    for (let step = 0; step < 400; step++) {
      const item = random(150);
      if (random(3) === 0) {
        expect(shelves.take(item)).toBe(model.get(item)?.shelf ?? -1);
        model.delete(item);
      } else {
        const entry = { shelf: random(4), key: random(40) };
        shelves.put(item, entry.shelf, entry.key);
        model.set(item, entry);
      }
      const shelf = random(5);
      const there = [...model].filter(([, entry]) => entry.shelf === shelf);
      there.sort(([a, one], [b, other]) => other.key - one.key || a - b);
      expect([shelves.top(shelf), shelves.lengthOf(shelf)]).toEqual([there[0]?.[0] ?? -1, there.length]);
      expect(shelves.shelfOf(item)).toBe(model.get(item)?.shelf ?? -1);
    }
    shelves.clear();
    expect([shelves.top(0), shelves.shelfOf(0), shelves.take(5)]).toEqual([-1, -1, -1]);
  }
});

test('an item that was never put is on no shelf, and taking it changes nothing', () => {
  const shelves = new Shelves();
  expect([shelves.shelfOf(1000), shelves.take(1000), shelves.top(7)]).toEqual([-1, -1, -1]);
  shelves.put(1000, 7, 1);
  expect(shelves.shelfOf(999)).toBe(-1);
});
