import { expect, test } from 'vitest';
import { AssertionFailed, assert, broken } from '#fenceline/base/assert.js';
import { isFencelineError } from '#fenceline/base/errors.js';

test('a promise that holds passes, whatever truthy value says so', () => {
  for (const holds of [true, 1, 'yes', {}]) expect(() => assert(holds, 'It holds.')).not.toThrow();
});

test('a promise that does not hold throws its sentence', () => {
  for (const fails of [false, 0, '', null, undefined, Number.NaN]) {
    expect(() => assert(fails, 'A point never goes back.')).toThrow(AssertionFailed);
    expect(() => assert(fails, 'A point never goes back.')).toThrow('A point never goes back.');
  }
});

test('a broken promise is not an error of use', () => {
  let caught: unknown;
  try {
    broken('This is never reached.');
  } catch (error) {
    caught = error;
  }
  expect(isFencelineError(caught)).toBe(false);
  expect(caught).toMatchObject({ name: 'AssertionFailed' });
  expect((caught as Error).stack).toMatch(/^AssertionFailed: /);
});
