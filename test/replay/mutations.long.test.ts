/** The traces have teeth: a bug planted in the core makes one of them fail. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import { builtPath, mutations } from './mutations.ts';
import { pathOf } from './traces.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fenceline-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last line of a replay by the copy. */
function replayLine(trace: string): string {
  const args = [join(folder, 'dist/cli/main.js'), 'replay', pathOf(trace)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return stdout.trimEnd().split('\n').at(-1) || stderr;
}

test('control: the copy without a change passes', () => {
  expect(replayLine('directed.jsonl.gz')).toBe('26 passed, 0 failed');
});

test.each(mutations)('$name fails in $trace: $why', ({ file, find, replace, trace }) => {
  const path = join(folder, builtPath(file));
  const text = readFileSync(path, 'utf8');
  expect(text.split(find), `what is to be changed stands in ${file} once`).toHaveLength(2);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    expect(replayLine(trace)).toMatch(/^\d+ passed, [1-9]\d* failed$/);
  } finally {
    writeFileSync(path, text);
  }
});
