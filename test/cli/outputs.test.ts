/** Outputs: complete files under their names, or nothing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunError } from '#fenceline/cli/failure.js';
import { OutputFolder } from '#fenceline/cli/outputs.js';
import { everythingBelow, scratchFolder } from './scratch-folder.ts';

const forever = new AbortController().signal;
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

describe('an output', () => {
  test('is written whole, or piece by piece, also into folders below', async () => {
    const folder = scratchFolder();
    const outputs = await OutputFolder.open(join(folder, 'new', 'out'));
    expect(await outputs.write({ name: 'a.txt', body: bytes('whole') }, forever)).toBe(5);
    expect(await outputs.write({ name: 'deep/down/b.txt', body: pieces('piece', 'meal') }, forever)).toBe(9);
    expect(readFileSync(join(folder, 'new/out/a.txt'), 'utf8')).toBe('whole');
    expect(readFileSync(join(folder, 'new/out/deep/down/b.txt'), 'utf8')).toBe('piecemeal');
    expect([outputs.names, outputs.writtenBytes]).toEqual([['a.txt', 'deep/down/b.txt'], 14]);
  });

  test('has its name only once it is complete', async () => {
    const folder = scratchFolder();
    const outputs = await OutputFolder.open(folder);
    let during: readonly string[] = [];
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      during = everythingBelow(folder);
    };
    await outputs.write({ name: 'a.txt', body: body() }, forever);
    expect(during).toEqual([expect.stringMatching(/^\.a\.txt\.\d+\.partial$/)]);
    expect(everythingBelow(folder)).toEqual(['a.txt']);
  });

  test('whose body fails leaves nothing, not even the folders made for it, and what was there before', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'a.txt'), 'before');
    const outputs = await OutputFolder.open(join(folder, 'out'));
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      throw new Error('the body failed');
    };
    await expect(outputs.write({ name: 'deep/a.txt', body: body() }, forever)).rejects.toThrow('the body failed');
    outputs.tidy();
    expect(everythingBelow(folder)).toEqual(['a.txt']);
  });

  test('that is abandoned or aborted half-way leaves nothing', async () => {
    const folder = scratchFolder();
    const outputs = await OutputFolder.open(join(folder, 'out'));
    const controller = new AbortController();
    const stuck = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      controller.abort(new Error('enough'));
      await new Promise(() => {});
    };
    await expect(outputs.write({ name: 'a.txt', body: stuck() }, controller.signal)).rejects.toThrow('enough');
    outputs.abandon();
    expect(everythingBelow(folder)).toEqual([]);
  });

  test.each(['', '.', '..', '../a', 'a/../../b', '/a', 'a/', 'a\\b', 'a\0b'])('forbids the name %j', async (name) => {
    const outputs = await OutputFolder.open(scratchFolder());
    const writing = outputs.write({ name, body: bytes('x') }, forever);
    await expect(writing).rejects.toThrow(RunError);
    await expect(writing).rejects.toThrow('which is no file below the output folder');
  });

  test('forbids a second one of the same name', async () => {
    const outputs = await OutputFolder.open(scratchFolder());
    await outputs.write({ name: 'a', body: bytes('x') }, forever);
    await expect(outputs.write({ name: 'a', body: bytes('x') }, forever)).rejects.toThrow("two outputs the name 'a'");
  });

  test('forbids a piece that is no bytes', async () => {
    const outputs = await OutputFolder.open(scratchFolder());
    const body = (async function* () {
      yield 'text' as unknown as Uint8Array;
    })();
    await expect(outputs.write({ name: 'a', body }, forever)).rejects.toThrow("gave string as a piece of 'a'");
  });
});

describe('an output folder', () => {
  test.each([
    ['file', 'a file of that name is in the way'],
    ['file/below', 'a part of the path is a file, not a folder'],
  ])('forbids %s, where file is a file', async (path, reason) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(OutputFolder.open(join(folder, path))).rejects.toThrow(`cannot be written: ${reason}.`);
  });

  test('that was there stays, and one that this run made goes if it stays empty', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'there'));
    (await OutputFolder.open(join(folder, 'there'))).tidy();
    (await OutputFolder.open(join(folder, 'made', 'deep'))).tidy();
    expect(everythingBelow(folder)).toEqual(['there']);
  });
});
