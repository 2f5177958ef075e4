/** The code in the documents compiles and runs, as it stands there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pathsBelow, readText, root } from '../tidy/source.ts';
import { blockCount, blocksIn, writeProgram } from './blocks.ts';

const documents = pathsBelow('').filter((path) => /^(docs\/)?[\w-]+\.md$/.test(path) && blockCount(readText(path)) > 0);
const nameOf = (path: string) => path.replace(/\W/g, '-').toLowerCase();
const all = join('build', 'docs', 'documents');
const folderOf = (path: string) => join(all, nameOf(path));
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
const tsc = join('node_modules', 'typescript', 'bin', 'tsc');

/** What the compiler prints about all of them, in one run. */
let printed: readonly string[] = [];

beforeAll(() => {
  const blocks = documents.flatMap((path) =>
    blocksIn(readText(path)).map(({ name, code }) => ({ name: `${nameOf(path)}/${name}`, code })),
  );
  writeProgram(join(root, all), blocks);
  printed = run(tsc, '-p', all).stdout.trim().split('\n');
}, 60_000);

describe.each(documents)('%s', (path) => {
  test('every block of TypeScript is a program that runs', () => {
    expect(blocksIn(readText(path))).toHaveLength(blockCount(readText(path)));
  });

  test('its programs compile', () => {
    expect(printed.filter((line) => line.startsWith(posix.join(...folderOf(path).split(sep), '/')))).toEqual([]);
  });

  test('its main program runs to its end', () => {
    const main = join(root, folderOf(path), 'main.js');
    if (!existsSync(main)) return expect(blocksIn(readText(path)).some(({ name }) => name === 'main.ts')).toBe(false);
    const { stderr, status } = run(main);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, 60_000);
});

test('the compiler says nothing else either', () => {
  expect(printed).toEqual(['']);
});

test('the first program of the README inverts its pixels', () => {
  const shown = JSON.parse(readFileSync(join(root, folderOf('README.md'), 'shown.json'), 'utf8'));
  expect(shown).toEqual(Array.from({ length: 24 }, (_, i) => 255 - i));
});

test('control: a document whose code is wrong does not compile', () => {
  const document = '<!-- file: main.ts -->\n```ts\nimport { Spice } from "fenceline";\nSpice.create();\n```\n';
  const folder = join(root, 'build', 'docs', 'control');
  writeProgram(folder, blocksIn(document));
  const { stdout, status } = run(tsc, '-p', folder);
  expect(stdout).toContain('Spice');
  expect(status).not.toBe(0);
});
