/** The code in the documents compiles and runs, as it stands there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathsBelow, readText, root } from '../tidy/source.ts';
import { blockCount, blocksIn, writeProgram } from './blocks.ts';

const documents = pathsBelow('').filter((path) => /^(docs\/)?[\w-]+\.md$/.test(path) && blockCount(readText(path)) > 0);
const folderOf = (path: string) => join(root, 'build', 'docs', path.replace(/\W/g, '-').toLowerCase());
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
const tsc = join('node_modules', 'typescript', 'bin', 'tsc');

describe.each(documents)('%s', (path) => {
  test('every block of TypeScript is a program that runs', () => {
    expect(blocksIn(readText(path))).toHaveLength(blockCount(readText(path)));
  });

  test('its programs compile', () => {
    writeProgram(folderOf(path), blocksIn(readText(path)));
    const { stdout, status } = run(tsc, '-p', folderOf(path));
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('its main program runs to its end', () => {
    const main = join(folderOf(path), 'main.js');
    if (!existsSync(main)) return expect(blocksIn(readText(path)).some(({ name }) => name === 'main.ts')).toBe(false);
    const { stderr, status } = run(main);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, 60_000);
});

test('the first program of the README inverts its pixels', () => {
  const shown = JSON.parse(readFileSync(join(folderOf('README.md'), 'shown.json'), 'utf8'));
  expect(shown).toEqual(Array.from({ length: 24 }, (_, i) => 255 - i));
});

test('control: a document whose code is wrong does not compile', () => {
  const document = '<!-- file: main.ts -->\n```ts\nimport { Spice } from "fenceline";\nSpice.create();\n```\n';
  const folder = folderOf('control.md');
  writeProgram(folder, blocksIn(document));
  const { stdout, status } = run(tsc, '-p', folder);
  expect(stdout).toContain('Spice');
  expect(status).not.toBe(0);
});
