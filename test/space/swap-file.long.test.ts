/** A swap file that the system lets grow no further: a write is short, and the next one fails. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Attempts } from './file-limit.agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenceline-file-limit-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file that the system lets grow no further is written short, and loses nothing', () => {
  const program = fileURLToPath(new URL('../../build/test/space/file-limit.agent.js', import.meta.url));
  // A limit of 512 bytes times 21: two blocks, and some of the third.
  const script = 'ulimit -f 21 && exec "$0" "$1" "$2"';
  const child = spawnSync('/bin/sh', ['-c', script, process.execPath, program, join(folder, 'limited')], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect([child.stderr, child.status]).toEqual(['', 0]);
  const { codes, messages, wrongWords } = JSON.parse(child.stdout) as Attempts;
  expect([new Set(codes), wrongWords]).toEqual([new Set(['ENOMEM']), 0]);
  expect(messages[0]).toMatch(/The swap file refused \d+ writes, the last one because: .*EFBIG/);
});
