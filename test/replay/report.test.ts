/** A difference is printed with what led to it, and with the command that shows it again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type RunError, sentenceOf } from '#fenceline/cli/failure.js';
import { runReplay } from '#fenceline/cli/replay.js';
import { fenceline } from '../cli/command.ts';

const sequence = (name: string, rc: number): string =>
  [
    `{"seq":"${name}"}`,
    '{"i":0,"op":"tl_new t0","rc":0}',
    '{"i":1,"op":"tl_fence t0 f0 1","rc":0}',
    `{"i":2,"op":"poll f0 i","rc":${rc},"rev":""}`,
    `{"end":"${name}","ops":3,"pending":[]}`,
    '',
  ].join('\n');

function traceOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fenceline-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'trace.jsonl');
  writeFileSync(path, text);
  return path;
}

/** The command without a process of its own: what it prints, and its sentence if it fails. */
async function replayed(...args: readonly string[]): Promise<{ code: number; stdout: string; sentence: string }> {
  let stdout = '';
  try {
    const code = await runReplay(args, (text) => {
      stdout += `${text}\n`;
    });
    return { code, stdout, sentence: '' };
  } catch (error) {
    return { code: (error as RunError).exitCode, stdout, sentence: sentenceOf(error) };
  }
}

test('all passed is exit code 0, and the last line counts', async () => {
  const { code, stdout, stderr } = await fenceline(['replay', traceOf(sequence('good', 0))]);
  expect([code, stdout, stderr]).toEqual([0, '0 excepted of 3 operations (0.00 %)\n1 passed, 0 failed\n', '']);
});

test('a difference shows both answers, and its last line runs that sequence alone', async () => {
  const path = traceOf(sequence('good', 0) + sequence('bad', 1) + sequence('worse', 7));
  const { code, stdout } = await replayed(path);
  expect(code).toBe(1);
  expect(stdout.split('\n')).toEqual([
    `bad (${path}, from line 6) differs at operation 2: poll f0 i`,
    '  0  tl_new t0  {"rc":0}',
    '  1  tl_fence t0 f0 1  {"rc":0}',
    '  2  poll f0 i',
    '     Linux:     {"rc":1,"rev":""}',
    '     Fenceline: {"rc":0,"rev":""}',
    `  Again: npx fenceline replay ${path} --only bad`,
    '',
    `worse (${path}, from line 11) differs at operation 2: poll f0 i`,
    ...['  0  tl_new t0  {"rc":0}', '  1  tl_fence t0 f0 1  {"rc":0}', '  2  poll f0 i'],
    ...['     Linux:     {"rc":7,"rev":""}', '     Fenceline: {"rc":0,"rev":""}'],
    `  Again: npx fenceline replay ${path} --only worse`,
    '',
    '0 excepted of 9 operations (0.00 %)',
    '1 passed, 2 failed',
    '',
  ]);
  const [again = ''] = stdout.match(/(?<=Again: ).*--only bad/) ?? [];
  expect(again).toMatch(/^npx fenceline /);
  const run = await fenceline(again.split(' ').slice(2));
  expect(run.code).toBe(1);
  expect(run.stdout.split('\n').slice(0, 6)).toEqual(stdout.split('\n').slice(0, 6));
  expect(run.stdout).toMatch(/\n0 passed, 1 failed\n$/);
});

test('a wait that should have ended, and one that should not, are differences at the end', async () => {
  const lines = sequence('a', 0).replace('"pending":[]', '"pending":["w0"]');
  const { stdout } = await replayed(traceOf(lines));
  expect(stdout).toContain('a (');
  expect(stdout).toContain('     Linux:     {"pending":["w0"]}\n     Fenceline: {"pending":[]}\n');
});

test('asked for with nothing, the process says so, and how to learn more', async () => {
  const { code, stderr } = await fenceline(['replay']);
  const more = 'fenceline replay --help says how it is used.';
  expect([code, stderr]).toEqual([2, `fenceline: A trace is missing: fenceline replay FILE...\n${more}\n`]);
});

test.each([
  [[], 2, 'A trace is missing: fenceline replay FILE...'],
  [['--onyl', 'a', 'x'], 2, "Unknown option '--onyl'."],
  [['nowhere.jsonl'], 1, 'The trace nowhere.jsonl cannot be read: there is no such file or folder.'],
  [['test'], 1, 'The trace test cannot be read: it is a folder.'],
  [['package.json'], 1, 'Line 1 of the trace package.json is not what a trace has: it is not JSON.'],
])('asked for with %j it says what is wrong', async (args, exitCode, sentence) => {
  expect(await replayed(...args)).toMatchObject({ code: exitCode, sentence });
});

test('a name that no sequence has, and an operation that does not exist, are errors', async () => {
  const path = traceOf(sequence('good', 0));
  expect(await replayed(path, '--only', 'bad')).toMatchObject({
    code: 1,
    sentence: `No sequence is named 'bad' in ${path}.`,
  });
  const odd = traceOf(sequence('good', 0).replace('poll f0 i', 'pull f0 i'));
  expect(await replayed(odd)).toMatchObject({ code: 1, sentence: "There is no operation 'pull' to replay." });
});

test('--help says how it is used', async () => {
  const { code, stdout } = await fenceline(['replay', '--help']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: fenceline replay FILE\.\.\. \[--only NAME\]\n/)]);
});
