/**
 * `node build/bench/eviction/capture.js PHOTO.jpg... FILM.y4m`: records what jobs the examples submit, with which buffers, and
 * writes it to `captured/`: the darkroom, the film, and both at once, as two clients of one space. Nothing bounds their memory
 * here, so the order is that of programs that do not wait for it; and it is of one run: another one's differs a little.
 *
 * It listens where the main thread counts its trace events: every job goes by there, in order of submission, and is whole.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Served, Space, workers } from 'fenceline';
import type { Input, Pipeline } from 'fenceline/pipeline';
import { bufferSizeBytes } from '#fenceline/buffer/buffer.js';
import { TRACE_FREED, TRACE_SUBMIT } from '#fenceline/cells/trace.js';
import type { Tracer } from '#fenceline/cells/trace-ring.js';
import type { Core } from '#fenceline/core.js';
import { clientOf } from '#fenceline/memory/account.js';
import { unpackPlace } from '#fenceline/memory/note.js';
import { ACCESS_READ, isReplacing, jobOfLane, type Use, usesOf } from '#fenceline/schedule/job.js';
import { coreOf } from '#fenceline/space.js';
import { TraceReader } from '#fenceline/trace/reader.js';
import darkroom from '../../examples/darkroom/pipeline.ts';
import film from '../../examples/film/pipeline.ts';
import { type CapturedName, storeCaptured } from './captured.ts';
import { type Job, OVERWRITES, WRITES } from './trace.ts';

interface Part {
  readonly pipeline: Pipeline;
  readonly files: readonly string[];
}

const traceEvents = 2 ** 18;
const generationMask = 2 ** 18 - 1;
const paths = process.argv.slice(2);
const photos: Part = { pipeline: darkroom, files: paths.filter((path) => !path.endsWith('.y4m')) };
const films: Part = { pipeline: film, files: paths.filter((path) => path.endsWith('.y4m')) };
if (photos.files.length === 0 || films.files.length === 0) throw new Error('Usage: capture.js PHOTO.jpg... FILM.y4m');

async function capture(name: CapturedName, parts: readonly Part[]): Promise<void> {
  const space = Space.create({ traceEvents, limits: { agents: 8 } });
  const recorder = new Recorder(coreOf(space));
  await Promise.all(parts.map((part) => run(space, part)));
  const { sizes, jobs } = recorder.stream();
  const length = storeCaptured(name, { sizes, jobs });
  console.log(`${name}: ${jobs.length} jobs, ${sizes.length} buffers, ${length} bytes stored`);
  await space.close();
}

async function run(root: Space, { pipeline, files }: Part): Promise<void> {
  const space = root.client(basename(new URL('.', pipeline.kernels).pathname));
  const pool = await workers<Served<object>>(space, pipeline.kernels, { count: 2 });
  const context = {
    ...{ space, pool, signal: new AbortController().signal, options: new Map<string, string>() },
    roomBytes: Number.MAX_SAFE_INTEGER,
    admit: async () => ({ [Symbol.dispose]: () => {} }),
    finished: () => {},
  };
  for await (const { body } of pipeline.run(inputsOf(files), context)) {
    if (!(body instanceof Uint8Array)) for await (const piece of body) void piece;
  }
  await pool.close();
}

async function* inputsOf(files: readonly string[]): AsyncGenerator<Input> {
  for (const file of files) {
    const bytes = async (): Promise<Uint8Array> => readFileSync(file);
    yield {
      name: basename(file),
      bytes,
      stream: async function* () {
        yield await bytes();
      },
    };
  }
}

/** One thread's jobs, and what becomes of their buffers. */
class Recorder {
  readonly #core: Core;
  readonly #sizes: number[] = [];
  readonly #jobs: Job[] = [];
  /** Buffers by slot and generation: a slot is used again. */
  readonly #buffers: Map<string, number> = new Map();

  constructor(core: Core) {
    this.#core = core;
    const tracer = core.agent.tracer as Tracer; // the space is traced
    let written = tracer.written;
    Object.defineProperty(tracer, 'written', {
      get: () => written,
      set: (count: number) => {
        written = count;
        this.#look(tracer.at);
      },
    });
  }

  /** What was recorded. Context: all is over. Outcomes: sizes in bytes. */
  stream(): { sizes: number[]; jobs: Job[] } {
    const { events, lost } = new TraceReader(this.#core).read();
    if (lost > 0) throw new Error(`${lost} trace events are lost.`);
    let submitted = 0;
    for (const { kind, subject, generation } of events) {
      if (kind === TRACE_SUBMIT) submitted++;
      if (kind !== TRACE_FREED) continue;
      const buffer = this.#buffers.get(keyOf(subject, unpackPlace(generation).generation));
      if (buffer !== undefined) this.#jobs[submitted - 1]?.frees.push(buffer);
    }
    return { sizes: this.#sizes, jobs: this.#jobs };
  }

  /** `end`: where the words of the latest event end. */
  #look(end: number): void {
    const { agent } = this.#core;
    const kind = (agent.words[end - 6] as number) & 255; // the third of eight words
    if (kind !== TRACE_SUBMIT) return;
    const uses = usesOf(agent, jobOfLane(agent, agent.words[end - 5] as number));
    const flagsOf = new Map<number, number>();
    for (const use of uses) {
      const buffer = this.#bufferOf(use);
      flagsOf.set(buffer, (flagsOf.get(buffer) ?? 0) | flagOf(use));
    }
    const client = uses[0] === undefined ? 0 : clientOf(agent, uses[0].buffer);
    this.#jobs.push({ buffers: [...flagsOf.keys()], flags: [...flagsOf.values()], client: client & 63, frees: [] });
  }

  #bufferOf({ buffer, generation }: Use): number {
    const key = keyOf(buffer, generation & generationMask);
    const known = this.#buffers.get(key);
    if (known !== undefined) return known;
    this.#buffers.set(key, this.#sizes.length);
    return this.#sizes.push(bufferSizeBytes(this.#core.agent, buffer)) - 1;
  }
}

function keyOf(buffer: number, generation: number): string {
  return `${buffer}, ${generation}`;
}

function flagOf(use: Use): number {
  if (use.access === ACCESS_READ) return 0;
  return isReplacing(use) ? OVERWRITES : WRITES;
}

await capture('darkroom', [photos]);
await capture('film', [films]);
await capture('both', [photos, films]);
