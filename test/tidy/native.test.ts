/** The runner transforms tests; the library must reach them untransformed, as Node and the workers load it. */
import { expect, test } from 'vitest';
import * as dtype from '#fenceline/base/dtype.js';
import * as localCopy from './imports.ts';

const isTransformed = (module: object): boolean =>
  Object.values(module).some((value) => typeof value === 'function' && String(value).includes('__vite_ssr_import'));

test('the built library is loaded as Node loads it', () => {
  expect(isTransformed(dtype)).toBe(false);
});

test('control: a module that the runner transforms is recognised', () => {
  expect(isTransformed(localCopy)).toBe(true);
});
