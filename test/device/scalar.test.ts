import { describe, expect, test } from 'vitest';
import { checkScalar } from '#fenceline/device/scalar.js';

const check = (scalar: Parameters<typeof checkScalar>[0], given: unknown) =>
  checkScalar(scalar, given, 'radius', 'blur');
const refusal = expect.objectContaining({ code: 'EINVAL', details: { argument: 'radius' } });

describe.each([
  ['i32', -(2 ** 31), 2 ** 31 - 1],
  ['u32', 0, 2 ** 32 - 1],
] as const)('%s', (scalar, min, max) => {
  test('permits both ends of its range and forbids the numbers beyond', () => {
    for (const given of [min, max, 0, 7]) expect(check(scalar, given)).toBe(given);
    for (const given of [min - 1, max + 1]) expect(() => check(scalar, given)).toThrow(refusal);
  });

  test('forbids fractions, NaN, infinities, and what is no number', () => {
    const others = [
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** 53,
      '3',
      3n,
      true,
      null,
      undefined,
      {},
      [3],
    ];
    for (const given of others) expect(() => check(scalar, given)).toThrow(refusal);
  });

  test('turns a negative zero into zero', () => {
    expect(Object.is(check(scalar, -0), 0)).toBe(true);
  });
});

describe('f32', () => {
  test('is rounded as a GPU would round it', () => {
    expect(check('f32', 0.1)).toBe(Math.fround(0.1));
    expect(check('f32', 24)).toBe(24);
  });

  test('permits NaN, infinities and the largest f32, and forbids finite numbers that would become infinite', () => {
    const max = 3.4028234663852886e38;
    for (const given of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, max, -max, -0]) {
      expect(Object.is(check('f32', given), given)).toBe(true);
    }
    for (const given of [3.5e38, -3.5e38, Number.MAX_VALUE]) expect(() => check('f32', given)).toThrow(refusal);
  });
});

test('f64 permits every number as it is', () => {
  for (const given of [0.1, -0, Number.NaN, Number.MAX_VALUE, Number.NEGATIVE_INFINITY]) {
    expect(Object.is(check('f64', given), given)).toBe(true);
  }
});

test('floats forbid what is no number', () => {
  for (const scalar of ['f32', 'f64'] as const) {
    for (const given of ['1', 1n, true, null, undefined, {}]) expect(() => check(scalar, given)).toThrow(refusal);
  }
});

test('bool permits true and false and forbids what is merely truthy or falsy', () => {
  expect([check('bool', true), check('bool', false)]).toEqual([true, false]);
  for (const given of [1, 0, '', 'true', null, undefined, {}]) expect(() => check('bool', given)).toThrow(refusal);
});

test('the error says the value, the argument and the kernel', () => {
  expect(() => check('u32', -3)).toThrow(
    'The argument radius (-3) of blur is not an integer in the range of u32 (0 to 4294967295).',
  );
  expect(() => check('u32', '3')).toThrow('The argument radius ("3") of blur is not a number.');
  expect(() => check('u32', Symbol('s'))).toThrow('Symbol(s)');
});
