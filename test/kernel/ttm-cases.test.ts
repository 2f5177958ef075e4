/** No case of TTM's suites is passed over: each has a test by its name, or a row in docs/kernel-map.md that says why it has none. */
import { describe, expect, test } from 'vitest';
import { pathsBelow, readText } from '../tidy/source.ts';
import { ttmSuites } from './ttm-cases.ts';

/** Cells of the rows between two marks in the document; code marks are left away. */
function rowsOf(mark: string): readonly (readonly string[])[] {
  const [, table = ''] = readText('docs/kernel-map.md').split(new RegExp(`<!-- (?:end of )?${mark} -->\\n?`));
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .replaceAll('`', '')
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The cases that a file has tests of: the first word of each title. */
function testedIn(path: string): Set<string> {
  const titles = readText(path).matchAll(/\btest(?:\.each\([^\n]*\))?\(\s*'([a-z_0-9]+)(?:\(%s\))?: /g);
  return new Set([...titles].map(([, name]) => name as string));
}

const exceptions = rowsOf('exceptions of TTM');
const isWhole = ([, part]: readonly string[]): boolean => part === '';

describe.each(Object.keys(ttmSuites))('%s', (suite) => {
  const cases = ttmSuites[suite] ?? [];
  const tested = testedIn(`test/kernel/${suite.replaceAll('_', '-')}.test.ts`);
  const excepted = exceptions.flatMap((row) => {
    const [owner, name = ''] = (row[0] ?? '').split(' ');
    return owner === suite ? [{ name, isWhole: isWhole(row) }] : [];
  });

  test('every case has a test, or an exception and none', () => {
    const whole = excepted.filter((one) => one.isWhole).map(({ name }) => name);
    expect([...tested, ...whole].toSorted()).toEqual([...cases].toSorted());
  });

  test('what is excepted in part is tested otherwise', () => {
    for (const { name, isWhole: all } of excepted) expect(tested.has(name), name).toBe(!all);
  });
});

test('there are as many cases as Linux has', () => {
  expect(Object.values(ttmSuites).map(({ length }) => length)).toEqual([14, 21, 8, 15, 5, 8]);
  expect(exceptions.map(([name = '']) => name.split(' ')[0]).filter((suite = '') => !(suite in ttmSuites))).toEqual([]);
});

test('every exception says why', () => {
  for (const [name, , why = ''] of exceptions) expect(why.length, name).toBeGreaterThan(40);
});

test('the gaps that are about moving have the tests that the table names', () => {
  const gaps = rowsOf('gaps about moving');
  expect(gaps.length).toBeGreaterThan(4);
  const files = new Set(pathsBelow('test'));
  for (const [gap = '', path = '', title = ''] of gaps) {
    expect(files.has(path), `${gap}: ${path}`).toBe(true);
    expect(readText(path), `${gap}: ${path}`).toContain(title);
  }
});

test('control: a test of another case, or of none, is seen', () => {
  expect(testedIn('test/kernel/ttm-gaps.test.ts')).toEqual(new Set());
  expect(testedIn('test/kernel/ttm-bo.test.ts').has('pin_basic')).toBe(true);
});
