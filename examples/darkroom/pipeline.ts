/**
 * darkroom: develops photographs. `fenceline run build/examples/darkroom/pipeline.js PHOTOS...`
 *
 * Each JPEG or PNG is denoised, tone-mapped, sharpened and drawn as edges; out come the developed photograph, a small
 * copy, the drawing, and one contact sheet of all stages of all photographs.
 *
 * Note what is absent: no locks, no messages, no waiting between stages. All jobs of a photograph, from decoding it to
 * encoding three others, are submitted in one go; their order follows from the buffers they name, and memory is given out
 * in order of submission. What is left to this thread is headers, names, and the contact sheet.
 */
import { FencelineError, type Job, type SharedBuffer, type Space } from 'fenceline';
import { type Context, type Input, type Output, pipeline } from 'fenceline/pipeline';
import { ahead } from 'fenceline/streams';
import type { Size } from '../bytes.ts';
import { ModelDevice } from '../model-device.ts';
import { readSettings } from '../settings.ts';
import { encodePng, openPhoto, type Photo, pngBytesMax } from './image.ts';
import type kernels from './kernels.ts';
import { ranges, type Settings } from './settings.ts';
import { sharpenRows } from './sharpen.ts';
import { cell, fitInto, layOut, type Picture, rowsMax, type SheetRow, stages } from './sheet.ts';

/** Differences that are not sharpened: noise. */
const threshold = 2;

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
    const { signal } = context;
    using device = settings.device === 0 ? undefined : new ModelDevice(context.space, settings.device * 1024);
    const start = (input: Input) => develop(input, settings, device, context).catch(failWithCause);
    for await (const { outputs, row } of ahead(inputs, settings.ahead, start, { signal })) {
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

async function develop(
  input: Input,
  settings: Settings,
  device: ModelDevice | undefined,
  context: Surroundings,
): Promise<Developed> {
  const photo = await openPhoto(input.name, await input.bytes());
  const { width, height } = photo.size;
  const small = fitInto(photo.size, { width: settings.small, height: settings.small });
  const thumb = fitInto(photo.size, cell);
  using _room = await context.admit(workingSetBytes(photo, small, thumb), input.name);

  const { space } = context;
  const name = input.name.replace(/\.[^.]*$/, '');
  using file = space.buffer('u8', [photo.bytes.length], { label: `${name}, the file` });
  using source = space.buffer('u8', [height, width, 3], { label: `${name} as it came` });
  using clean = source.like(`${name} denoised, then toned`);
  using sharp = source.like(`${name} sharpened`);
  using lines = space.buffer('u8', [height, width, 1], { label: `${name} edges` });
  using curve = space.buffer('u8', [256], { label: `${name} tone curve` });
  using copy = image(space, small, 3, `${name} small`);
  using thumbs = new Thumbs(space, thumb, name);

  const { decode, denoise, measure, tone, sharpen, edges, shrink } = context.pool.run;
  const loaded = file.set(photo.bytes);
  decode({ file, dst: source, name: input.name });
  shrink({ src: source, dst: thumbs.at(0), rows: thumb.height });
  denoise({ src: source, dst: clean, radius: settings.radius, strength: settings.strength });
  shrink({ src: clean, dst: thumbs.at(1), rows: thumb.height }); // reads before `tone` writes: both name `clean`
  measure({ src: clean, curve, percent: settings.tone });
  tone({ image: clean, curve });
  shrink({ src: clean, dst: thumbs.at(2), rows: thumb.height });
  if (device === undefined) {
    sharpen({ src: clean, dst: sharp, percent: settings.sharpen, threshold });
  } else {
    // The jobs so far have their place before it, and those that follow need to be told of it: so it is waited for.
    const all = { from: 0, count: height };
    const uses = [
      [clean, 'read'],
      [sharp, 'write'],
    ] as const;
    await device.submit(`sharpen ${name}`, uses, (src, dst) =>
      sharpenRows(src, { width, height }, dst, all, settings.sharpen, threshold),
    );
  }
  using developed = new Png(context, sharp);
  shrink({ src: sharp, dst: thumbs.at(3), rows: thumb.height });
  edges({ src: sharp, dst: lines, gain: settings.gain });
  using drawn = new Png(context, lines);
  shrink({ src: lines, dst: thumbs.at(4), rows: thumb.height });
  shrink({ src: sharp, dst: copy, rows: small.height });
  using tiny = new Png(context, copy);

  const [large, little, drawing, pictures] = await Promise.all([
    developed.bytes(),
    tiny.bytes(),
    drawn.bytes(),
    thumbs.pictures(),
    loaded,
  ]);
  const outputs = [
    { name: `${name}.png`, body: large },
    { name: `${name}.small.png`, body: little },
    { name: `${name}.edges.png`, body: drawing },
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

/** A PNG of an image: room for the longest that it can get, and the job that fills what it needs of it. */
class Png implements Disposable {
  readonly #room: SharedBuffer<'u8', readonly [number]>;
  readonly #encoded: Job<number>;

  constructor({ space, pool }: Surroundings, src: Image) {
    const [height, width, channels] = src.shape;
    this.#room = space.buffer('u8', [pngBytesMax({ width, height }, channels)], { label: `${src.label}, as PNG` });
    this.#encoded = pool.run.encode({ src, png: this.#room });
  }

  async bytes(): Promise<Uint8Array> {
    using png = this.#room.rows(0, await this.#encoded.wait());
    return await png.get();
  }

  [Symbol.dispose](): void {
    this.#room.dispose();
  }
}

function image(space: Space, { width, height }: Size, channels: number, label: string): Image {
  return space.buffer('u8', [height, width, channels], { label });
}

function channelsOf(stage: (typeof stages)[number]): 1 | 3 {
  return stage === 'edges' ? 1 : 3;
}

/** All that one photograph has in shared memory at once: its file, the images of all stages, and the PNGs. */
function workingSetBytes({ bytes, size }: Photo, small: Size, thumb: Size): number {
  const thumbs = stages.reduce((sum, stage) => sum + areaOf(thumb) * channelsOf(stage), 0);
  const images = areaOf(size) * 10 + areaOf(small) * 3 + thumbs + 256;
  return bytes.length + images + pngBytesMax(size, 3) + pngBytesMax(size, 1) + pngBytesMax(small, 3);
}

function areaOf({ width, height }: Size): number {
  return width * height;
}

/** Fails with what a kernel threw, rather than with the error of a job that did not run because of it. */
function failWithCause(error: unknown): never {
  const isConsequence = FencelineError.is(error, 'EINPUT') || FencelineError.is(error, 'EKERNEL');
  if (isConsequence && error.cause !== undefined) failWithCause(error.cause);
  throw error;
}

async function printSheet(rows: readonly SheetRow[], number: number): Promise<Output> {
  const { pixels, size } = layOut(rows);
  const name = number === 1 ? 'contact-sheet.png' : `contact-sheet-${number}.png`;
  return { name, body: await encodePng(pixels, size, 3) };
}
