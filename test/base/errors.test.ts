import { describe, expect, test } from 'vitest';
import type * as errors from '#fenceline/base/errors.js';
import {
  codeFromNumber,
  codeNumber,
  errorNumber,
  FencelineError,
  fail,
  isFencelineError,
} from '#fenceline/base/errors.js';

const codes = [
  ['ENOENT', 2],
  ['EIO', 5],
  ['ENOMEM', 12],
  ['EBUSY', 16],
  ['ENODEV', 19],
  ['EINVAL', 22],
  ['ENOSPC', 28],
  ['EDEADLK', 35],
  ['ETIME', 62],
  ['EALREADY', 114],
  ['ECANCELED', 125],
  ['EOWNERDEAD', 130],
  ['EKERNEL', 5001],
  ['EINPUT', 5002],
  ['EUNKNOWN', 5003],
] as const;

describe('FencelineError', () => {
  test('carries code, message, details and cause', () => {
    const cause = new Error('first');
    const error = new FencelineError('ETIME', 'The wait ended.', { waitedMs: 5, fence: 'blur' }, cause);
    expect(error.code).toBe('ETIME');
    expect(error.message).toBe('The wait ended.');
    expect(error.details.waitedMs).toBe(5);
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(Error);
  });

  test('has no cause property when there is no cause', () => {
    expect('cause' in new FencelineError('EINVAL', 'No.', { argument: 'a' })).toBe(false);
  });

  test('begins its stack with its own name', () => {
    const error = new FencelineError('EINVAL', 'No.', { argument: 'a' });
    expect(error.name).toBe('FencelineError');
    expect(error.stack).toMatch(/^FencelineError: No\.\n/);
  });

  test('is told by code', () => {
    const error: unknown = new FencelineError('EBUSY', 'In use.', { by: 'me' });
    expect(FencelineError.is(error, 'EBUSY')).toBe(true);
    expect(FencelineError.is(error, 'EINVAL')).toBe(false);
    if (FencelineError.is(error, 'EBUSY')) expect(error.details.by satisfies string).toBe('me');
  });

  test('is told apart from every other value, which is never touched', () => {
    for (const other of [undefined, null, 0, 'EBUSY', Symbol(), () => 1, {}, { code: 'EBUSY' }, new Error('EBUSY')]) {
      expect(FencelineError.is(other, 'EBUSY')).toBe(false);
      expect(isFencelineError(other)).toBe(false);
    }
  });

  test('is recognised when another copy of the package made it', async () => {
    const url = new URL(`${import.meta.resolve('#fenceline/base/errors.js')}?copy=2`);
    const copy = (await import(/* @vite-ignore */ url.href)) as typeof errors;
    expect(copy.FencelineError).not.toBe(FencelineError);
    const theirs = new copy.FencelineError('ENOENT', 'Gone.', { kind: 'buffer' });
    expect(theirs instanceof FencelineError).toBe(false);
    expect(FencelineError.is(theirs, 'ENOENT')).toBe(true);
    expect(copy.FencelineError.is(new FencelineError('ENOENT', 'Gone.', { kind: 'buffer' }), 'ENOENT')).toBe(true);
  });

  test('is thrown by fail with everything it was given', () => {
    const cause = { plain: true };
    let caught: unknown;
    try {
      fail('ENOSPC', 'The table is full.', { limit: 'agents', value: 62 }, cause);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'ENOSPC', details: { limit: 'agents', value: 62 }, cause });
  });
});

describe('the number of a code', () => {
  test.each(codes)('of %s is %i, and leads back', (code, number) => {
    expect(codeNumber(code)).toBe(number);
    expect(codeFromNumber(number)).toBe(code);
  });

  test('is a positive 31-bit integer of one code only', () => {
    const numbers = codes.map(([code]) => codeNumber(code));
    expect(new Set(numbers).size).toBe(codes.length);
    for (const number of numbers) expect(number > 0 && number < 2 ** 31 && Number.isInteger(number)).toBe(true);
  });

  test.each([1, 110, 1001, 4095])('is also that of errno %d, which has no code of its own', (errno) => {
    expect(codeFromNumber(errno)).toBe('EIO');
    expect(errorNumber(new FencelineError('EIO', 'It failed outside.', { errno }) as FencelineError)).toBe(errno);
  });

  test('is that of the code, except where an errno is carried that may be one', () => {
    expect(errorNumber(new FencelineError('ECANCELED', 'Stopped.', {}) as FencelineError)).toBe(125);
    expect(errorNumber(new FencelineError('EIO', 'Bad.', { errno: 125 }) as FencelineError)).toBe(125);
    for (const errno of [0, -5, 4096, 1.5, Number.NaN])
      expect(errorNumber(new FencelineError('EIO', 'Bad.', { errno }) as FencelineError)).toBe(5);
  });

  test.each([0, -22, 4096, 5000, 5004, 2.5, Number.NaN])('forbids %d, which stands for no code', (number) => {
    expect(codeFromNumber(number)).toBeUndefined();
  });
});
