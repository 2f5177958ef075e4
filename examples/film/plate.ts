/**
 * Makes a film of Muybridge's plate of a walking and galloping cat: 24 photographs in 4 rows of 6, numbered from left
 * to right and from top to bottom, cut out by fixed rectangles.
 *
 * Run by itself: `node build/examples/film/plate.js PLATE.jpg FILM.y4m [LOOPS]`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { toFrame } from './color.ts';
import { printHeader } from './y4m.ts';

/** Size of one photograph on the scanned plate, and of the film. */
export const width = 160;
export const height = 104;

/** Where the photographs of a row begin, and the rows: chosen so that the cat walks on the same ground in all. */
const lefts = [12, 177, 345, 513, 682, 851];
const tops = [13, 140, 264, 391];
const plate = { width: 1024, height: 510 };
const framesPerSecond = 12;

/** The film as the bytes of a `.y4m` file: the cat's 24 steps, over and over. */
export async function filmOfPlate(image: Uint8Array, loops: number): Promise<Uint8Array> {
  const { data, info } = await sharp(image)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== plate.width || info.height !== plate.height) {
    throw new Error(
      `The plate is ${plate.width} x ${plate.height} pixels, and this is ${info.width} x ${info.height}.`,
    );
  }
  const header = printHeader({
    width,
    height,
    rate: `${framesPerSecond}:1`,
    aspect: '1:1',
    color: '420jpeg',
    chroma: { across: 2, down: 2 },
    comments: [],
  });
  const frames = tops.flatMap((top) => lefts.map((left) => toFrame(cut(data, left, top), width, height)));
  const loop = frames.flatMap((frame) => [Buffer.from('FRAME\n'), frame]);
  return Buffer.concat([Buffer.from(header), ...Array.from({ length: loops }, () => loop).flat()]);
}

function cut(pixels: Uint8Array, left: number, top: number): Uint8Array {
  const part = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * plate.width + left) * 3;
    part.set(pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return part;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to, loops = '6'] = process.argv.slice(2);
  if (from === undefined || to === undefined) throw new Error('Usage: plate.js PLATE.jpg FILM.y4m [LOOPS]');
  await writeFile(to, await filmOfPlate(await readFile(from), Number(loops)));
}
