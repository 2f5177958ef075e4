import { describe, expect, test } from 'vitest';
import { decode } from '#fenceline/schedule/codec.js';
import { depthMax } from '#fenceline/schedule/codec-format.js';

describe('bytes that are not one whole value', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const deepArray = (depth: number) => Uint8Array.from([...new Array(depth).fill([16, 1]).flat(), 3]);
  const damaged = expect.objectContaining({ code: 'EINVAL', details: { argument: 'bytes' } });

  test.each<[string, Uint8Array]>([
    ['nothing', bytes()],
    ['a tag without its value', bytes(7, 0, 0)],
    ['two values', bytes(3, 3)],
    ['an end without a beginning', bytes(0)],
    ['holes without an array', bytes(17, 0)],
    ['no cause without an error', bytes(27)],
    ['a tag that is none', bytes(40)],
    ['a reference to nothing', bytes(14, 0)],
    ['a reference to a later object', bytes(16, 2, 14, 1, 15, 0)],
    ['an object without an end', bytes(15, 0x41, 97, 3)],
    ['an object with a key that is no string', bytes(15, 0x90, 3, 0)],
    ['an array that says it is longer than it is', bytes(16, 0xff, 0xff, 0xff, 0xff, 0x0f, 3)],
    ['an array longer than arrays can be', bytes(16, 0x80, 0x80, 0x80, 0x80, 0x10, 17, 0)],
    ['holes out of order', bytes(16, 9, 17, 2, 5, 3, 4, 3)],
    ['a hole behind the end', bytes(16, 9, 17, 1, 9, 3)],
    ['a string longer than the bytes', bytes(11, 0xff, 0x7f, 97)],
    ['a string that is not UTF-8', bytes(12, 2, 0xc3, 0x28)],
    ['a length without an end', bytes(11, ...new Array(20).fill(0xff))],
    ['a view of half an element', bytes(23, 5, 3, 1, 2, 3)],
    ['a view of no kind', bytes(23, 12, 0)],
    ['an ArrayBuffer longer than the bytes', bytes(22, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['a regular expression that is none', bytes(21, 0x41, 40, 0x40)],
    ['a FencelineError with a code that is none', bytes(25, 0x42, 69, 88, 0x40, 1, 2, 27)],
    ['nesting beyond the limit', deepArray(depthMax + 1)],
    ['nesting beyond any stack', deepArray(100_000)],
  ])('%s: are refused', (_, damage) => {
    expect(() => decode(damage, 0, damage.length)).toThrow(damaged);
  });

  test('nesting up to the limit is no damage', () => {
    const deep = deepArray(depthMax);
    expect(() => decode(deep, 0, deep.length)).not.toThrow();
  });

  test('or do not lie inside the memory, are refused', () => {
    const memory = Uint8Array.of(3, 3, 3);
    expect(decode(memory, 2, 1)).toBe(false);
    for (const [offset, length] of [
      [3, 1],
      [2, 2],
      [-1, 1],
      [0, -1],
      [4, -1],
      [0.5, 1],
      [0, Number.NaN],
      [0, Infinity],
    ] as const) {
      expect(() => decode(memory, offset, length)).toThrow(damaged);
    }
  });

  test('take no memory for a length that they only claim', () => {
    const sparse = bytes(16, 0xff, 0xff, 0xff, 0x0e, 17, 0);
    const before = process.memoryUsage().rss;
    const kept = Array.from({ length: 100 }, () => decode(sparse, 0, sparse.length));
    expect(kept.map((array) => (array as unknown[]).length)).toEqual(new Array(100).fill(31_457_279));
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });
});
