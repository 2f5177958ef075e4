/** The bugs to be planted are where they are said to be; that they are found: mutations.long.test.ts. */
import { expect, test } from 'vitest';
import { readText } from '../tidy/source.ts';
import { builtPath, mutations } from './mutations.ts';

test('there are ten of them, in ten places', () => {
  expect(mutations.length).toBeGreaterThanOrEqual(10);
  expect(new Set(mutations.map(({ file, find }) => `${file} ${find}`)).size).toBe(mutations.length);
});

test.each(mutations)('what $name changes stands in $file once, as it is built', ({ file, find, replace }) => {
  expect(readText(builtPath(file)).split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});
