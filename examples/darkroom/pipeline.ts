/**
 * darkroom: develops photographs. `fenceline run build/examples/darkroom/pipeline.js PHOTOS...`
 *
 * Each JPEG or PNG is denoised, tone-mapped, sharpened and drawn as edges; out come the developed photograph, a small
 * copy, the drawing, and one contact sheet of all stages of all photographs.
 *
 * Note what is absent: no locks, no messages, no waiting between stages. All jobs of a photograph are submitted in one
 * go, their order follows from the buffers they name, and memory is given out in order of submission.
 */
import type { SharedBuffer, Space } from 'fenceline';
import { type Context, type Input, type Output, pipeline } from 'fenceline/pipeline';
import { ahead } from 'fenceline/streams';
import type { Size } from '../bytes.ts';
import { readSettings } from '../settings.ts';
import { decode, encodePng, openPhoto } from './image.ts';
import type kernels from './kernels.ts';
import { ranges, type Settings } from './settings.ts';
import { cell, fitInto, layOut, type Picture, rowsMax, type SheetRow, stages } from './sheet.ts';

type Surroundings = Context<typeof kernels>;
type Developed = { readonly outputs: readonly Output[]; readonly row: SheetRow };
type Image = SharedBuffer<'u8', readonly [number, number, number]>;

export default pipeline<typeof kernels>({
  kernels: new URL('./kernels.js', import.meta.url),
  accepts: ['.jpg', '.jpeg', '.png'],
  run: async function* (inputs, context) {
    const settings = readSettings('darkroom', ranges, context.options);
    let rows: SheetRow[] = [];
    let sheets = 0;
    for await (const { outputs, row } of ahead(inputs, settings.ahead, (input) => develop(input, settings, context), {
      signal: context.signal,
    })) {
      yield* outputs;
      context.finished();
      rows.push(row);
      if (rows.length === rowsMax) {
        yield await printSheet(rows, ++sheets);
        rows = [];
      }
    }
    if (rows.length > 0) yield await printSheet(rows, ++sheets);
  },
});

async function develop(input: Input, settings: Settings, { space, pool, admit }: Surroundings): Promise<Developed> {
  const photo = await openPhoto(input.name, await input.bytes());
  const { width, height } = photo.size;
  const small = fitInto(photo.size, { width: settings.small, height: settings.small });
  const thumb = fitInto(photo.size, cell);
  using _room = await admit(workingSetBytes(photo.size, small, thumb), input.name);
  const pixels = await decode(photo);

  const name = input.name.replace(/\.[^.]*$/, '');
  using source = space.buffer('u8', [height, width, 3], { label: `${name} as it came` });
  using clean = source.like(`${name} denoised, then toned`);
  using sharp = source.like(`${name} sharpened`);
  using lines = space.buffer('u8', [height, width, 1], { label: `${name} edges` });
  using curve = space.buffer('u8', [256], { label: `${name} tone curve` });
  using copy = image(space, small, 3, `${name} small`);
  using thumbs = new Thumbs(space, thumb, name);

  const { denoise, measure, tone, sharpen, edges, shrink } = pool.run;
  const loaded = source.set(pixels);
  shrink({ src: source, dst: thumbs.at(0), rows: thumb.height });
  denoise({ src: source, dst: clean, radius: settings.radius, strength: settings.strength });
  shrink({ src: clean, dst: thumbs.at(1), rows: thumb.height }); // reads before `tone` writes: both name `clean`
  measure({ src: clean, curve, percent: settings.tone });
  tone({ image: clean, curve });
  shrink({ src: clean, dst: thumbs.at(2), rows: thumb.height });
  sharpen({ src: clean, dst: sharp, percent: settings.sharpen, threshold: 2 });
  shrink({ src: sharp, dst: thumbs.at(3), rows: thumb.height });
  edges({ src: sharp, dst: lines, gain: settings.gain });
  shrink({ src: lines, dst: thumbs.at(4), rows: thumb.height });
  shrink({ src: sharp, dst: copy, rows: small.height });

  const [, developed, tiny, drawn, pictures] = await Promise.all([
    loaded,
    sharp.get().then((bytes) => encodePng(bytes, photo.size, 3)),
    copy.get().then((bytes) => encodePng(bytes, small, 3)),
    lines.get().then((bytes) => encodePng(bytes, photo.size, 1)),
    thumbs.pictures(),
  ]);
  const outputs = [
    { name: `${name}.png`, body: developed },
    { name: `${name}.small.png`, body: tiny },
    { name: `${name}.edges.png`, body: drawn },
  ];
  return { outputs, row: { name: input.name, pictures } };
}

/** One small picture a stage, in shared memory until they are fetched. */
class Thumbs implements Disposable {
  readonly #buffers: readonly Image[];
  readonly #size: Size;

  constructor(space: Space, size: Size, name: string) {
    this.#size = size;
    this.#buffers = stages.map((stage) => image(space, size, channelsOf(stage), `${name} ${stage}, thumb`));
  }

  at(stage: number): Image {
    const buffer = this.#buffers[stage];
    if (!buffer) throw new RangeError(`There is no stage ${stage}; there are ${stages.length}.`);
    return buffer;
  }

  async pictures(): Promise<readonly Picture[]> {
    const fetched = await Promise.all(this.#buffers.map((buffer) => buffer.get()));
    return fetched.map((pixels, stage) => ({ pixels, size: this.#size, channels: this.at(stage).shape[2] }));
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) buffer.dispose();
  }
}

function image(space: Space, { width, height }: Size, channels: number, label: string): Image {
  return space.buffer('u8', [height, width, channels], { label });
}

function channelsOf(stage: (typeof stages)[number]): 1 | 3 {
  return stage === 'edges' ? 1 : 3;
}

/** All that one photograph has in shared memory at once: three stages in colour, the drawing, and the small ones. */
function workingSetBytes(photo: Size, small: Size, thumb: Size): number {
  const thumbs = stages.reduce((sum, stage) => sum + thumb.width * thumb.height * channelsOf(stage), 0);
  return photo.width * photo.height * 10 + small.width * small.height * 3 + thumbs + 256;
}

async function printSheet(rows: readonly SheetRow[], number: number): Promise<Output> {
  const { pixels, size } = layOut(rows);
  const name = number === 1 ? 'contact-sheet.png' : `contact-sheet-${number}.png`;
  return { name, body: await encodePng(pixels, size, 3) };
}
