/** The examples with a tenth of the memory that what is under way takes, the rest in a swap file or on its way through a device's memory: the same bytes. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Size } from '../../examples/bytes.ts';
import { cell, fitInto } from '../../examples/darkroom/sheet.ts';
import { type Ended, exampleOf, fenceline } from '../cli/command.ts';
import { scratchFolder, suiteFolder } from '../cli/scratch-folder.ts';
import { makePhotographs } from './photographs.ts';
import { noisyBytes } from './random-bytes.ts';
import { print } from './reference-film.ts';
import { expectSameFiles, type Files, filesOf } from './same-files.ts';

const widths = Array.from({ length: 8 }, (_, index) => 110 + 4 * index);
const film = { width: 64, height: 48, chroma: [2, 2], tokens: 'F25:1 Ip C420jpeg' } as const;
const frameBytes = (film.width * film.height * 3) / 2;
const framesAhead = 24;

const scratch = suiteFolder();
/**
 * What all photographs take at least: ten bytes a pixel for their images, four for their PNGs, thirteen for those on the contact
 * sheet. And the frames under way.
 */
const workingSets = { darkroom: 0, film: (3 + 4 * framesAhead) * frameBytes };
const options = {
  darkroom: ['--opt', 'radius=1', '--opt', 'small=40', '--opt', `ahead=${widths.length}`],
  film: ['--opt', 'scale=100', '--opt', `ahead=${framesAhead}`],
};
/** Three of the largest buffers: two, and what cannot be used beside one that lies in the middle. */
const deviceKiB = { darkroom: 256, film: 16 };
const examples = ['darkroom', 'film'] as const;
type Example = (typeof examples)[number];

function areaOf({ width, height }: Size): number {
  return width * height;
}

function run(example: Example, out: string, ...args: readonly string[]): Promise<Ended> {
  const input = join(scratch, example);
  return fenceline([
    'run',
    exampleOf(example),
    input,
    '--out',
    out,
    '--workers',
    '2',
    '--json',
    ...options[example],
    ...args,
  ]);
}

beforeAll(async () => {
  for (const size of await makePhotographs(join(scratch, 'darkroom'), widths)) {
    workingSets.darkroom += 14 * areaOf(size) + 13 * areaOf(fitInto(size, cell));
  }
  mkdirSync(join(scratch, 'film'));
  const frames = Array.from({ length: 40 }, (_, index) => noisyBytes(frameBytes, index));
  writeFileSync(join(scratch, 'film', 'noise.y4m'), print({ ...film, frames }));
});

describe.each(examples)('the %s, in a tenth of its working set,', (example) => {
  let usual: Files = new Map();

  beforeAll(async () => {
    const out = join(scratch, `${example}, usual`);
    const { code, stderr } = await run(example, out);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    usual = filesOf(out);
  });

  test.each([
    ['swaps the rest out', 0],
    ['swaps the rest out and sharpens on a device', 1],
  ])('%s, and gives the same bytes', async (_, devices) => {
    const [out, file] = [join(scratchFolder(), 'out'), join(scratchFolder(), 'swap')];
    const budget = Math.floor(workingSets[example] / 10);
    const swap = ['--swap', String(2 * workingSets[example]), '--swap-file', file];
    const { code, stdout, stderr } = await run(
      example,
      out,
      '--budget',
      String(budget),
      ...swap,
      '--opt',
      `device=${devices * deviceKiB[example]}`,
    );
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const summary = JSON.parse(stdout);
    expect(summary.peakHeapBytes).toBeLessThanOrEqual(budget);
    // Frames alone may come and go so regularly that hardly any has to leave.
    if (example === 'darkroom' || devices > 0) expect(summary.peakSwapBytes).toBeGreaterThan(0);
    expect(summary.leftHeapBytes).toBe(0);
    expectSameFiles(filesOf(out), usual);
    expect(existsSync(file)).toBe(false);
  });
});
