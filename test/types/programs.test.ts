/** The programs of the design's users compile unchanged: they are the acceptance test of the public types. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import { compile, exportedSubpaths, subpathsOf } from './compile.ts';

const folder = 'test/types/programs';
const exported = exportedSubpaths();
const programs = readdirSync(join(root, folder)).map((name) => {
  const path = `${folder}/${name}`;
  const missing = [...subpathsOf(path)].filter((subpath) => !exported.has(subpath));
  return { name, path, missing };
});
const ready = programs.filter(({ missing }) => missing.length === 0);
const waiting = programs.filter(({ missing }) => missing.length > 0);

describe('programs of users', () => {
  const output = compile(
    'programs',
    ready.map(({ path }) => path),
  );
  const errors = output.split('\n').filter((line) => line.includes('error TS'));

  test.each(ready)('$name compiles unchanged', ({ path }) => {
    expect(errors.filter((line) => line.startsWith(path))).toEqual([]);
  });

  test('nothing else is wrong: the declarations of the package are sound', () => {
    expect(errors.filter((line) => !line.startsWith(folder))).toEqual([]);
  });

  test('the quickstart is among them, with the wrong calls that the compiler refuses', () => {
    const names = ready.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['a-kernels.ts', 'a-quickstart.ts', 'a-refused.ts', 'm-edges-of-the-types.ts']),
    );
  });
});

describe.skipIf(waiting.length === 0)('programs that wait', () => {
  test.each(waiting)('$name waits for $missing, which does not exist yet', ({ missing }) => {
    const sources = missing.map((subpath) => subpath.replace('fenceline/', 'src/').concat('.ts'));
    expect(sources.filter((path) => existsSync(join(root, path)))).toEqual([]);
  });
});
