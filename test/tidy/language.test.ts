/** How files are written. Each rule has a control case: a snippet that breaks it, and must be found. */
import { describe, expect, test } from 'vitest';
import { hiddenCells } from './hidden-cells.ts';
import {
  anyIn,
  asyncIn,
  asyncShells,
  badName,
  headless,
  lineMax,
  putOff,
  tooLong,
  unprovenNonNull,
} from './language.ts';
import { isCore, layerOf } from './layers.ts';
import { pathsBelow, printed, readText, sourceOf, sourcesBelow } from './source.ts';

const src = sourcesBelow('src');
const ours = ['src', 'examples', 'bench', 'casebook', 'test', 'scripts'].flatMap(sourcesBelow);
const snippet = (text: string, path = 'src/fence/fence.ts') => sourceOf(path, text);

describe('types', () => {
  test('the type any is not used', () => {
    expect(printed(ours.flatMap(anyIn))).toEqual([]);
  });

  test.each(['let x: any;', 'const y = z as any;', 'type A = Record<string, any>;'])('control: %s is found', (text) => {
    expect(anyIn(snippet(text))).toHaveLength(1);
  });

  test('a non-null ! of the library has its proof beside it', () => {
    expect(printed(src.flatMap(unprovenNonNull))).toEqual([]);
  });

  test('control: a bare ! is found; a comment on its line or the line above permits it', () => {
    expect(unprovenNonNull(snippet('const a = 1;\nconst b = list[0]!;'))).toHaveLength(1);
    expect(unprovenNonNull(snippet('class A {\n  x!: number;\n}'))).toHaveLength(1);
    expect(unprovenNonNull(snippet('const b = list[0]!; // checked above: the list is not empty'))).toEqual([]);
    expect(unprovenNonNull(snippet('// the list is not empty\nconst b = list[0]!;'))).toEqual([]);
  });
});

describe('what the explorer can follow', () => {
  const plain = src.filter(({ path }) => isCore(path) || ['base', 'cells'].includes(layerOf(path) ?? ''));

  test('base to schedule are synchronous, but for the files listed with a reason', () => {
    expect(printed(plain.flatMap(asyncIn))).toEqual([]);
  });

  test('every listed async shell exists and still needs its entry', () => {
    const listed = Object.keys(asyncShells);
    const needed = src.filter(({ path, text }) => listed.includes(path) && /\b(async|await)\b/.test(text));
    expect(needed.map(({ path }) => path)).toEqual(listed);
  });

  test.each([
    'async function f() {}',
    'const f = async () => 1;',
    'for await (const x of y) { use(x); }',
    'await using s = open();',
  ])('control: %s is found', (text) => {
    expect(asyncIn(snippet(text)).length).toBeGreaterThan(0);
  });

  test('no getter, constructor or initialiser of lock to schedule reaches a cell', () => {
    expect(printed(hiddenCells(src, isCore))).toEqual([]);
  });

  const cell = sourceOf(
    'src/cells/cell.ts',
    'export function load(words: Int32Array, at: number): number { return words[at] ?? at; }',
  );
  const between = sourceOf(
    'src/lock/peek.ts',
    "import { load } from '../cells/cell.ts'; export const peek = (w: Int32Array) => load(w, 0); export function pure() { return 1; }",
  );

  test.each([
    'get status() { return peek(this.words); }',
    'constructor() { this.state = peek(words); }',
    'state = peek(words);',
    'static { peek(words); }',
  ])('control: class { %s } is found, though a function stands between', (member) => {
    const text = `import { peek } from '../lock/peek.ts'; class A { ${member} }`;
    expect(hiddenCells([cell, between, snippet(text)], isCore)).toHaveLength(1);
  });

  test('permits a method that reaches a cell, and a getter that does not', () => {
    const text =
      "import { peek, pure } from '../lock/peek.ts'; class A { read() { return peek(w); } get one() { return pure(); } }";
    expect(hiddenCells([cell, between, snippet(text)], isCore)).toEqual([]);
  });
});

describe('files', () => {
  test(`no file is longer than ${lineMax} lines`, () => {
    expect(printed(ours.flatMap(tooLong))).toEqual([]);
    expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(lineMax) })).toEqual([]);
    expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(lineMax + 1) })).toHaveLength(1);
  });

  test('every file of the library begins with what it is', () => {
    expect(printed(ours.filter(({ path }) => path.startsWith('src/')).flatMap(headless))).toEqual([]);
    expect(headless({ path: 'a.ts', text: "import './b.ts';\n" })).toHaveLength(1);
    expect(headless({ path: 'a.ts', text: '#!/usr/bin/env node\n/** What it is. */\n' })).toEqual([]);
  });

  test('files are named in kebab-case, after what is in them', () => {
    const named = ['src', 'examples', 'bench', 'casebook', 'test', 'scripts'].filter((folder) =>
      pathsBelow('').some((path) => path.startsWith(`${folder}/`)),
    );
    expect(printed(named.flatMap(pathsBelow).flatMap(badName))).toEqual([]);
  });

  test.each([
    'src/lock/wwLock.ts',
    'src/lock/WW.ts',
    'src/lock/ww_lock.ts',
    'src/utils/x.ts',
    'src/lock/helpers.ts',
    'src/lock/ww-utils.ts',
  ])('control: the name %s is found', (path) => {
    expect(badName(path)).toHaveLength(1);
  });

  test('no test is skipped, alone or put off, and no work is', () => {
    expect(printed(ours.filter(({ path }) => !path.startsWith('test/tidy/')).flatMap(putOff))).toEqual([]);
    expect(readText('package.json')).not.toMatch(/"retry"/);
  });

  test.each(['test.only("x", f);', 'describe.skip("x", f);', 'it.todo("x");', 'context.skip();', '// TODO later'])(
    'control: %s is found',
    (text) => {
      expect(putOff(snippet(text))).toHaveLength(1);
    },
  );
});
