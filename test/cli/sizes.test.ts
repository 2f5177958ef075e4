/** Byte counts as people type and read them. */
import { describe, expect, test } from 'vitest';
import { printBytes } from '#fenceline/base/units.js';
import { UsageError } from '#fenceline/cli/failure.js';
import { parseBytes } from '#fenceline/cli/sizes.js';

describe('a size', () => {
  test.each([
    ['1', 1],
    ['4096', 4096],
    ['1k', 1024],
    ['1KiB', 1024],
    ['1kB', 1000],
    ['1.5 MiB', 1.5 * 1024 * 1024],
    ['2g', 2 * 1024 ** 3],
    ['0.5b', Number.NaN],
  ])('%s is read as bytes', (text, bytes) => {
    if (Number.isNaN(bytes)) expect(() => parseBytes(text, '--budget')).toThrow(UsageError);
    else expect(parseBytes(text, '--budget')).toBe(bytes);
  });

  test.each(['', '0', '-1', '1e3', 'MiB', '1 parsec', 'NaN', '99999999999999999999', '1,5MiB'])(
    'forbids %j',
    (text) => {
      expect(() => parseBytes(text, '--budget')).toThrow(`--budget takes a size such as 256MiB, not '${text}'.`);
    },
  );

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1536 * 1024, '1.50 MiB'],
    [20 * 1024 ** 2, '20.0 MiB'],
    [300 * 1024 ** 3, '300 GiB'],
  ])('%i is printed as %s', (bytes, text) => {
    expect(printBytes(bytes)).toBe(text);
  });
});
