/**
 * The examples for a while with a tenth of the memory that what is under way takes: the rest is in a swap file, or on its way
 * through a device's memory. Every buffer is evicted, comes back, and the bytes are those of a run with room for everything.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Size } from '../../examples/bytes.ts';
import { cell, fitInto } from '../../examples/darkroom/sheet.ts';
import { exampleOf, fenceline } from '../cli/command.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { makePhotographs } from '../examples/photographs.ts';
import { noisyBytes } from '../examples/random-bytes.ts';
import { print } from '../examples/reference-film.ts';
import { expectSameFiles, filesOf } from '../examples/same-files.ts';

const rounds = 3;
const areaOf = ({ width, height }: Size): number => width * height;

async function compare(
  example: 'darkroom' | 'film',
  input: string,
  workingSetBytes: number,
  deviceKiB: number,
  options: readonly string[],
): Promise<void> {
  const run = (out: string, ...args: readonly string[]) =>
    fenceline(['run', exampleOf(example), input, '--out', out, '--json', ...options, ...args]);
  const usual = join(scratchFolder(), 'usual');
  expect((await run(usual, '--workers', '1')).code).toBe(0);
  const budget = Math.floor(workingSetBytes / 10);
  for (let round = 0; round < rounds; round++) {
    for (const device of [0, deviceKiB]) {
      const [out, file] = [join(scratchFolder(), 'out'), join(scratchFolder(), 'swap')];
      const memory = ['--budget', String(budget), '--swap', String(2 * workingSetBytes), '--swap-file', file];
      const more = ['--workers', String(2 + round), '--opt', `device=${device}`];
      const { code, stdout, complaint } = await run(out, ...memory, ...more);
      expect([round, device, code, code === 0 ? '' : complaint]).toEqual([round, device, 0, '']);
      const summary = JSON.parse(stdout);
      console.log(
        `${example}, device of ${device} KiB: ${summary.seconds.toFixed(1)} s, peak ${summary.peakHeapBytes} of ${budget}, ` +
          `${summary.evictions} evicted, ${summary.swapIns} swapped in`,
      );
      expect(summary.peakHeapBytes).toBeLessThanOrEqual(budget);
      // Frames alone may come and go so regularly that hardly any has to leave.
      if (example === 'darkroom' || device > 0) expect(summary.swapIns).toBeGreaterThan(0);
      expect(summary.leftHeapBytes).toBe(0);
      expectSameFiles(filesOf(out), filesOf(usual));
    }
  }
}

test('forty photographs are developed in a tenth of their working set, with a device and without', async () => {
  const photos = join(scratchFolder(), 'photos');
  const widths = Array.from({ length: 40 }, (_, index) => 140 + 4 * index);
  let workingSetBytes = 0;
  for (const [index, size] of (await makePhotographs(photos, widths)).entries()) {
    // The last sixteen are under way at once, and the largest.
    if (index >= 24) workingSetBytes += 14 * areaOf(size) + 13 * areaOf(fitInto(size, cell));
  }
  const options = ['--opt', 'radius=1', '--opt', 'small=60', '--opt', 'ahead=16'];
  await compare('darkroom', photos, workingSetBytes, 1024, options);
});

test('six hundred frames are developed in a tenth of their working set, with a device and without', async () => {
  const film = { width: 160, height: 120, chroma: [2, 2], tokens: 'F25:1 Ip C420jpeg' } as const;
  const frameBytes = (film.width * film.height * 3) / 2;
  const some = Array.from({ length: 30 }, (_, index) => noisyBytes(frameBytes, index));
  const frames = Array.from({ length: 600 }, (_, index) => some[(index * 7) % some.length] ?? new Uint8Array(0));
  const folder = join(scratchFolder(), 'film');
  mkdirSync(folder);
  writeFileSync(join(folder, 'noise.y4m'), print({ ...film, frames }));
  await compare('film', folder, (3 + 4 * 32) * frameBytes, 128, ['--opt', 'scale=100', '--opt', 'ahead=32']);
});
