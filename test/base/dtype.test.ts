import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  arrayOver,
  bytesPerElement,
  type DType,
  dtypeFromNumber,
  dtypeNumber,
  dtypes,
  isDType,
} from '#fenceline/base/dtype.js';

const expected: Record<DType, [size: number, array: { new (length: number): object }]> = {
  u8: [1, Uint8Array],
  i8: [1, Int8Array],
  u16: [2, Uint16Array],
  i16: [2, Int16Array],
  u32: [4, Uint32Array],
  i32: [4, Int32Array],
  f16: [2, Uint16Array],
  f32: [4, Float32Array],
  f64: [8, Float64Array],
  i64: [8, BigInt64Array],
  u64: [8, BigUint64Array],
};

test('every element type is listed once', () => {
  expect([...dtypes].sort()).toEqual(Object.keys(expected).sort());
});

describe.each(dtypes)('%s', (dtype) => {
  test('has its size and its array', () => {
    const [size, array] = expected[dtype];
    expect(bytesPerElement(dtype)).toBe(size);
    expect(arrayOf(dtype, 3)).toBeInstanceOf(array);
    expect(arrayOf(dtype, 3)).toHaveLength(3);
  });

  test('is seen in shared memory at an offset, and nowhere else', () => {
    const size = bytesPerElement(dtype);
    const memory = new SharedArrayBuffer(8 * size);
    const view = arrayOver(dtype, memory, 2 * size, 6);
    expect(view.byteOffset).toBe(2 * size);
    expect(view).toHaveLength(6);
    expect(view.buffer).toBe(memory);
    expect(() => arrayOver(dtype, memory, 2 * size, 7)).toThrow(RangeError);
  });

  test('has a positive number that leads back', () => {
    expect(dtypeNumber(dtype)).toBeGreaterThan(0);
    expect(dtypeFromNumber(dtypeNumber(dtype))).toBe(dtype);
  });
});

test('the numbers never change, because they are in shared memory and in handles', () => {
  expect(dtypes.map(dtypeNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(dtypes).toEqual(['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f16', 'f32', 'f64', 'i64', 'u64']);
});

test.each([0, 12, -1, 1.5, Number.NaN])('forbids the number %d, which stands for no element type', (number) => {
  expect(() => dtypeFromNumber(number)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

test('forbids names that are no element type, inherited names too', () => {
  for (const name of ['u7', 'U8', '', 'toString', '__proto__', 3, undefined, null]) expect(isDType(name)).toBe(false);
});
