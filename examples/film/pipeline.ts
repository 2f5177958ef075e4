/**
 * film: cleans up a film. `fenceline run build/examples/film/pipeline.js FILM.y4m`, or from a pipe:
 * `ffmpeg -i old.mp4 -f yuv4mpegpipe - | fenceline run build/examples/film/pipeline.js -`.
 *
 * Each frame is denoised with the help of the one before and the one after, scaled and sharpened. A frame is read by
 * three jobs at once, and its memory returns when the last of them is done; nobody here keeps count. However long the
 * film, no more than a fixed number of frames is in memory.
 */
import type { SharedBuffer, Space } from 'fenceline';
import { type Context, type Input, type Output, pipeline } from 'fenceline/pipeline';
import { ahead, windows } from 'fenceline/streams';
import { ModelDevice } from '../model-device.ts';
import { readSettings } from '../settings.ts';
import { ByteReader } from './byte-reader.ts';
import type kernels from './kernels.ts';
import { Preview } from './preview.ts';
import { ranges, type Settings } from './settings.ts';
import { sharpenFrame } from './sharpen.ts';
import {
  checkFrameHeader,
  FilmError,
  type FilmFormat,
  frameBytes,
  headerBytesMax,
  parseHeader,
  printHeader,
} from './y4m.ts';

type Surroundings = Context<typeof kernels>;
type Frame = SharedBuffer<'u8', readonly [number]>;

/** What is done to one film: the same for each of its frames. */
interface Plan {
  readonly name: string;
  readonly from: FilmFormat;
  readonly to: FilmFormat;
  readonly settings: Settings;
  /** What sharpens, if not the workers. */
  readonly device: ModelDevice | undefined;
}

const frameMark = new TextEncoder().encode('FRAME\n');

export default pipeline<typeof kernels>({
  kernels: new URL('./kernels.js', import.meta.url),
  accepts: ['.y4m'],
  run: async function* (inputs, context) {
    const settings = readSettings('film', ranges, context.options);
    using device = settings.device === 0 ? undefined : new ModelDevice(context.space, settings.device * 1024);
    for await (const input of inputs) yield* developFilm(input, settings, device, context);
  },
});

async function* developFilm(
  input: Input,
  settings: Settings,
  device: ModelDevice | undefined,
  context: Surroundings,
): AsyncGenerator<Output> {
  const name = input.name.replace(/\.y4m$/i, '');
  const reader = new ByteReader(input.stream());
  try {
    const from = await blaming(input.name, () => readFormat(reader));
    const to = { ...from, width: scaled(from.width, settings.scale), height: scaled(from.height, settings.scale) };
    const preview = new Preview(to, settings.preview);
    const plan = { name: input.name, from, to, settings, device };
    yield { name: `${name}.developed.y4m`, body: develop(plan, reader, preview, context) };
    if (!preview.isEmpty) yield { name: `${name}.webp`, body: await preview.encode() };
  } finally {
    await reader.close();
  }
}

/** The developed film, piece by piece. */
async function* develop(
  plan: Plan,
  reader: ByteReader,
  preview: Preview,
  context: Surroundings,
): AsyncGenerator<Uint8Array> {
  const { admit, roomBytes, signal } = context;
  const { limit, sizeBytes } = workingSet(plan, roomBytes);
  using _room = await admit(sizeBytes, plan.name);
  yield new TextEncoder().encode(printHeader(plan.to));
  const trios = windows(framesOf(plan, reader, context), 1, 1);
  for await (const bytes of ahead(trios, limit, (trio) => developFrame(trio, plan, context), { signal })) {
    preview.add(bytes);
    context.finished();
    yield frameMark;
    yield bytes;
  }
}

/** Those jobs that read the window's frames are submitted before the first await, while it still owns them. */
async function developFrame(
  trio: readonly Frame[],
  { from, to, settings, device }: Plan,
  { space, pool }: Surroundings,
): Promise<Uint8Array> {
  using clean = space.buffer('u8', [frameBytes(from)], { label: 'denoised frame' });
  using large = space.buffer('u8', [frameBytes(to)], { label: 'scaled frame' });
  using sharp = large.like('sharpened frame');
  pool.run.denoise({ frames: trio, clean, strength: settings.strength });
  pool.run.scale({
    src: clean,
    dst: large,
    width: from.width,
    height: from.height,
    scaledWidth: to.width,
    scaledHeight: to.height,
    chromaAcross: from.chroma.across,
    chromaDown: from.chroma.down,
  });
  const percent = settings.sharpen;
  if (device === undefined) {
    pool.run.sharpen({ src: large, dst: sharp, width: to.width, height: to.height, percent });
  } else {
    const uses = [
      [large, 'read'],
      [sharp, 'write'],
    ] as const;
    await device.submit('sharpen', uses, (src, dst) => sharpenFrame(src, dst, to, percent));
  }
  return await sharp.get();
}

/** The frames of the film, each read straight into shared memory. */
async function* framesOf(plan: Plan, reader: ByteReader, { space, signal }: Surroundings): AsyncGenerator<Frame> {
  for (let index = 0; ; index++) {
    const frame = await blaming(plan.name, () => readFrame(plan, reader, space, index, signal));
    if (frame === undefined) return;
    yield frame;
  }
}

async function readFrame(
  { from }: Plan,
  reader: ByteReader,
  space: Space,
  index: number,
  signal: AbortSignal,
): Promise<Frame | undefined> {
  const header = await reader.line(headerBytesMax, `The header of frame ${index}`);
  if (header === undefined) return undefined;
  checkFrameHeader(header, index);
  const frame = space.buffer('u8', [frameBytes(from)], { label: `frame ${index}` });
  try {
    using view = await frame.map('write', { signal });
    await reader.fill(view.data, `Frame ${index}`);
    return frame;
  } catch (error) {
    frame.dispose();
    throw error;
  }
}

async function readFormat(reader: ByteReader): Promise<FilmFormat> {
  const line = await reader.line(headerBytesMax, 'The header');
  if (line === undefined) throw new FilmError('It is empty.');
  return parseHeader(line);
}

/**
 * How many frames may be under way in the room there is, and the memory that they take together: each has itself, its
 * denoised, its scaled and its sharpened form; and beside those under way there are their neighbours, and the frame that
 * is being read.
 */
function workingSet({ from, to, settings }: Plan, roomBytes: number): { limit: number; sizeBytes: number } {
  const each = 2 * frameBytes(from) + 2 * frameBytes(to);
  const neighbours = 3 * frameBytes(from);
  const fitting = Math.floor((roomBytes - neighbours) / each);
  const limit = Math.max(1, Math.min(settings.ahead, fitting));
  return { limit, sizeBytes: neighbours + limit * each };
}

/** Even, so that a scaled film of any colour space has whole chroma samples. */
function scaled(side: number, percent: number): number {
  return percent === 100 ? side : Math.max(2, 2 * Math.round((side * percent) / 200));
}

/** Puts the name of the film before what is wrong with it. */
async function blaming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FilmError)
      throw new Error(`The film '${name}' cannot be read: ${lower(error.message)}`, { cause: error });
    throw error;
  }
}

function lower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
