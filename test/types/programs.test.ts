/** The programs of the design's users compile unchanged: they are the acceptance test of the public types. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import { compile, needsOf, offeredNames } from './compile.ts';

const folder = 'test/types/programs';
const offered = offeredNames();
const programs = readdirSync(join(root, folder)).map((name) => {
  const path = `${folder}/${name}`;
  const missing = [...needsOf(path)].filter((need) => !offered.has(need));
  return { name, path, missing, why: missing.join(', ') };
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

  test('those that were promised are among them', () => {
    const letters = new Set(ready.map(({ name }) => name[0]));
    expect([...letters]).toEqual(expect.arrayContaining(['a', 'g', 'i', 'j', 'm']));
    expect(ready.map(({ name }) => name)).toContain('a-refused.ts');
  });
});

describe.skipIf(waiting.length === 0)('programs that wait for what the package does not offer yet', () => {
  const without = compile(
    'waiting',
    waiting.map(({ path }) => path),
  );

  test.each(waiting)('$name waits for $why', ({ path, missing }) => {
    expect(without.split('\n').filter((line) => line.startsWith(path)).length).toBeGreaterThan(0);
    expect(missing.length).toBeGreaterThan(0);
  });
});
