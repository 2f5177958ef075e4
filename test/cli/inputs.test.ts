/** Inputs: files, the files of folders, standard input; looked for before any is read, and counted as they are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Feed } from '#fenceline/cli/feed.js';
import { findInputs, sortNaturally } from '#fenceline/cli/inputs.js';
import { scratchFolder } from './scratch-folder.ts';

const forever = new AbortController().signal;

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* say(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of stream) text += Buffer.from(piece).toString();
  return text;
}

function folderOf(...names: readonly string[]): string {
  const folder = scratchFolder();
  for (const name of names) writeFileSync(join(folder, name), `bytes of ${name}`);
  mkdirSync(join(folder, 'subfolder.jpg'));
  return folder;
}

describe('inputs', () => {
  test('are the files of a folder in natural order, without hidden ones, folders and those not accepted', async () => {
    const folder = folderOf('photo-10.jpg', 'photo-9.JPG', 'notes.txt', '.hidden.jpg', 'b.png');
    const found = await findInputs([folder], ['.jpg', '.png'], nothing());
    expect(found.map(({ name }) => name)).toEqual(['b.png', 'photo-9.JPG', 'photo-10.jpg']);
  });

  test('are all files of a folder where nothing is said of endings, and a named file whatever its ending', async () => {
    const folder = folderOf('a.txt', 'b.jpg');
    expect((await findInputs([folder], undefined, nothing())).map(({ name }) => name)).toEqual(['a.txt', 'b.jpg']);
    expect((await findInputs([join(folder, 'a.txt')], ['.jpg'], nothing())).map(({ name }) => name)).toEqual(['a.txt']);
  });

  test('keep the order in which they were named', async () => {
    const folder = folderOf('a', 'b');
    const found = await findInputs([join(folder, 'b'), '-', join(folder, 'a')], undefined, say('x'));
    expect(found.map(({ name }) => name)).toEqual(['b', 'stdin', 'a']);
  });

  test('are read whole or piece by piece, standard input too', async () => {
    const folder = folderOf('a');
    const [file] = await findInputs([join(folder, 'a')], undefined, nothing());
    expect(Buffer.from((await file?.bytes()) ?? []).toString()).toBe('bytes of a');
    expect(await readAll(file?.stream() ?? nothing())).toBe('bytes of a');
    const [piped] = await findInputs(['-'], undefined, say('to', 'ge', 'ther'));
    expect(Buffer.from((await piped?.bytes()) ?? []).toString()).toBe('together');
  });

  test('that are missing are named before anything is read', async () => {
    const folder = folderOf('a');
    const finding = findInputs([join(folder, 'a'), join(folder, 'missing')], undefined, nothing());
    await expect(finding).rejects.toThrow(/^The input '.*missing' cannot be read: there is no such file or folder\.$/);
  });

  test('are not an empty folder', async () => {
    await expect(findInputs([folderOf('a.txt')], ['.jpg'], nothing())).rejects.toThrow(
      /^The folder '.*' has no file that the pipeline takes\.$/,
    );
  });

  test('are sorted as people count', () => {
    expect(sortNaturally(['b', 'a10', 'a9', 'A1', 'a'])).toEqual(['a', 'A1', 'a9', 'a10', 'b']);
  });
});

describe('how much lies behind', () => {
  test('is counted in items where there are several inputs, and in bytes where there is one', async () => {
    const folder = folderOf('a', 'b');
    const several = new Feed(await findInputs([folder], undefined, nothing()), forever);
    expect([several.fractionAfter(0), several.fractionAfter(1), several.fractionAfter(5)]).toEqual([0, 0.5, 1]);
    const one = new Feed(await findInputs([join(folder, 'a')], undefined, nothing()), forever);
    expect(one.fractionAfter(3)).toBe(0);
    for await (const input of one) await input.bytes();
    expect(one.fractionAfter(3)).toBe(1);
  });

  test('is not known of standard input', async () => {
    expect(new Feed(await findInputs(['-'], undefined, say('x')), forever).fractionAfter(1)).toBeUndefined();
  });

  test('a run that stops ends a read that would never return', async () => {
    const controller = new AbortController();
    const stuck: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const feed = new Feed(await findInputs(['-'], undefined, stuck), controller.signal);
    const reading = (async () => {
      for await (const input of feed) await readAll(input.stream());
    })();
    controller.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
  });
});
