/** The file that contents are swapped out to: written and read to the end, however the system cuts it up. */

import { expect, test, vi } from 'vitest';
import { openBlockFile } from '#fenceline/cells/block-file.js';

/** What Node takes at once. */
const callMax = 2 ** 31 - 1;

/** A system that notes where it was asked for how much, moves `give` of that, and refuses too much as Node does. */
function pretend(give: (length: number) => number): { asked: [position: number, length: number][] } {
  const asked: [number, number][] = [];
  const move = (_: number, __: Uint8Array, ___: number, length: number, position: number): number => {
    if (length > callMax) throw new RangeError('The value of "length" is out of range.');
    asked.push([position, length]);
    return give(length);
  };
  const files = { openSync: () => 3, closeSync: () => {}, writeSync: move, readSync: move };
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(files as never);
  return { asked };
}

test('a buffer of more than two gigabytes is written and read in several calls', () => {
  const bytes = new Uint8Array(2 ** 31 + 64);
  try {
    const { asked } = pretend((length) => length);
    const file = openBlockFile('a file');
    expect([file.write(128, bytes), file.problem]).toEqual([true, '']);
    expect([file.read(128, bytes), file.problem]).toEqual([true, '']);
    const whole = [
      [128, 2 ** 30],
      [128 + 2 ** 30, 2 ** 30],
      [128 + 2 ** 31, 64],
    ];
    expect(asked).toEqual([...whole, ...whole]);
  } finally {
    vi.restoreAllMocks();
  }
});

test('a call that stops half way is gone on with, and one that does nothing is the end', () => {
  try {
    const { asked } = pretend((length) => length >> 1);
    const file = openBlockFile('a file');
    expect(file.write(0, new Uint8Array(8))).toBe(false);
    expect(asked).toEqual([
      [0, 8],
      [4, 4],
      [6, 2],
      [7, 1],
    ]);
    expect(file.problem).toBe('it stopped after 7 of 8 bytes');
  } finally {
    vi.restoreAllMocks();
  }
});
