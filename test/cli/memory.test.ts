/** `fenceline memory`, from outside, and the dumps that `fenceline run` writes for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RunError } from '#fenceline/cli/failure.js';
import { runMemory } from '#fenceline/cli/memory.js';
import { whyNotDump } from '#fenceline/dump/check.js';
import { fullDump } from '../dump/full-dump.ts';
import { validate } from '../dump/validated.ts';
import { noisyBytes } from '../examples/random-bytes.ts';
import { fenceline, pipelineOf } from './command.ts';
import { everythingBelow, scratchFolder } from './scratch-folder.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function fileWith(text: string, name: string = 'dump.json'): { folder: string; path: string } {
  const folder = scratchFolder();
  const path = join(folder, name);
  writeFileSync(path, text);
  return { folder, path };
}

/** The command without a process of its own: what it says, or its sentence and exit code if it fails. */
async function memory(args: readonly string[], stdin: string = ''): Promise<{ code: unknown; said: string }> {
  let said = '';
  const input = (async function* () {
    yield new TextEncoder().encode(stdin);
  })();
  try {
    const code = await runMemory(args, input, async (text) => {
      said += text;
    });
    return { code, said };
  } catch (error) {
    const { exitCode, message } = error as RunError;
    return { code: exitCode, said: message };
  }
}

describe('fenceline memory', () => {
  test('writes the page beside the dump, and says where', async () => {
    const { folder, path } = fileWith(JSON.stringify(fullDump));
    const { code, stdout, stderr } = await fenceline(['memory', path]);
    expect([code, stdout, stderr]).toEqual([0, `page in ${join(folder, 'dump.html')}\n`, '']);
    expect(everythingBelow(folder)).toEqual(['dump.html', 'dump.json']);
    expect(readFileSync(join(folder, 'dump.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test('fails with a sentence and exit code 1', async () => {
    const { folder, path } = fileWith(JSON.stringify({ ...fullDump, heaps: undefined }));
    const { code, stdout, stderr } = await fenceline(['memory', path]);
    const sentence = `fenceline: The file '${path}' is no memory dump. The field 'heaps' is missing.\n`;
    expect([code, stdout, stderr]).toEqual([1, '', sentence]);
    expect(everythingBelow(folder)).toEqual(['dump.json']);
  });

  test('reads standard input, and writes standard output or where --out says', async () => {
    const text = JSON.stringify(fullDump);
    expect(await memory(['-', '--out', '-'], text)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^<!doctype/),
    });
    const { folder, path } = fileWith(text, 'anything');
    const out = join(folder, 'page.htm');
    expect(await memory([path, '--out', out])).toEqual({ code: 0, said: `page in ${out}` });
    expect(existsSync(out)).toBe(true);
  });

  test.each([
    ['', /^The dump '.*' is empty\.$/],
    ['{ "format": ', /^The dump '.*' is not JSON: .*\.$/],
    ['[]', /^The file '.*' is no memory dump\. It does not say "format": "fenceline memory dump"\.$/],
    ['{"traceEvents":[]}', /is no memory dump\. It does not say "format"/],
    [JSON.stringify({ ...fullDump, version: 9 }), /It is of version 9, and this program reads version 1\.$/],
    [JSON.stringify({ ...fullDump, buffers: [{}] }), /The field 'buffers\[0\]\.id' is missing\.$/],
  ])('refuses %.40s in one sentence, and writes nothing', async (text, sentence) => {
    const { folder, path } = fileWith(text);
    expect(await memory([path])).toEqual({ code: 1, said: expect.stringMatching(sentence) });
    expect(everythingBelow(folder)).toEqual(['dump.json']);
  });

  test('says what cannot be read or written', async () => {
    const { folder, path } = fileWith(JSON.stringify(fullDump));
    const why = 'there is no such file or folder.';
    const missing = join(folder, 'missing.json');
    expect(await memory([missing])).toEqual({ code: 1, said: `The dump '${missing}' cannot be read: ${why}` });
    const out = join(folder, 'nowhere', 'page.html');
    expect(await memory([path, '--out', out])).toEqual({
      code: 1,
      said: `The page '${out}' cannot be written: ${why}`,
    });
  });

  test.each([
    [[], /A dump is missing/],
    [['a.json', 'b.json'], /One dump makes one page, and 2 are given/],
    [['a.json', '--to', 'x'], /Unknown option '--to'/],
    [['a.json', '--out='], /--out takes a file to write/],
  ])('asked for as %j is asked for wrongly', async (args, sentence) => {
    expect(await memory(args)).toEqual({ code: 2, said: expect.stringMatching(sentence) });
  });

  test('ends quietly if nobody reads its output to the end', async () => {
    const { path } = fileWith(JSON.stringify({ ...fullDump, buffers: Array(2000).fill(fullDump.buffers[0]) }));
    const child = spawn(process.execPath, [main, 'memory', path, '--out', '-'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (piece) => {
      stderr += piece;
    });
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([141, '']);
  });
});

describe('fenceline run --memory', () => {
  test('writes what the heap held at its fullest, which becomes a page', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'in'));
    for (let file = 0; file < 3; file++) writeFileSync(join(folder, 'in', `${file}.bin`), noisyBytes(50_000, file));
    const path = join(folder, 'dump.json');
    const args = ['run', pipelineOf('invert'), join(folder, 'in'), '--out', join(folder, 'out'), '--workers', '1'];
    const { code, stdout } = await fenceline([...args, '--memory', path]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`memory at its fullest in ${path}`)]);
    const dump = JSON.parse(readFileSync(path, 'utf8'));
    validate(dump);
    expect([validate.errors ?? [], whyNotDump(dump)]).toEqual([[], undefined]);
    expect(dump.history).not.toBeNull();
    expect(await memory([path])).toMatchObject({ code: 0 });
    expect(everythingBelow(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('of a run that fails is written, too', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'dump.json');
    const args = ['run', pipelineOf('strange'), '--out', join(folder, 'out'), '--memory', path, '--opt', 'do=throws'];
    const { code, complaint } = await fenceline(args);
    expect([code, complaint]).toEqual([1, expect.stringContaining('fenceline:')]);
    expect(whyNotDump(JSON.parse(readFileSync(path, 'utf8')))).toBeUndefined();
  });

  test('to a file that cannot be written fails before the work', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'nowhere', 'dump.json');
    const args = ['run', pipelineOf('invert'), '--out', join(folder, 'out'), '--memory', path];
    expect(await fenceline(args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The memory dump '${path}' cannot be written: there is no such file or folder.`),
    });
  });
});
