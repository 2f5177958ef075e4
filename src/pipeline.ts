// What `fenceline run` loads: a module whose default export is a pipeline, that is, its kernels and one function that
// turns inputs into outputs. This file is the contract only; src/cli brings inputs, workers and a budget, and writes.
import type { Pool, Served, Space } from './index.ts';

/** A file, or standard input. Nothing of it is read before it is asked for. */
export interface Input {
  /** The file's name without its folders; `stdin` for standard input. */
  readonly name: string;
  /** All of it. */
  bytes(): Promise<Uint8Array>;
  /** Piece by piece, in constant memory. */
  stream(): AsyncIterable<Uint8Array>;
}

/** A file to be written below `--out`: whole, or piece by piece. It appears under its name once it is complete. */
export interface Output {
  /** A relative path with `/`, which stays below the folder. */
  readonly name: string;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What a run has to work with. */
export interface Context<S extends Served<object>> {
  readonly space: Space;
  /** The workers, with the kernels of this pipeline. */
  readonly pool: Pool<S>;
  /** Aborted by Ctrl-C and by a failure; give it to `ahead`, waits and jobs. */
  readonly signal: AbortSignal;
  /** `--opt name=value`, by name. */
  readonly options: ReadonlyMap<string, string>;
  /** What buffers of items under way may take together: the budget, and the swap, where there is one. */
  readonly roomBytes: number;
  /**
   * Waits until the budget, with the swap, has room for the whole working set of one item, in the order of the calls, and reserves it
   * until disposed. Items that are admitted before their first buffer is used cannot starve each other of memory.
   *
   * Without a budget, resolves at once. Rejects with a sentence if `sizeBytes` is more than there is in all, and with
   * the signal's reason when the run stops.
   */
  admit(sizeBytes: number, label?: string): Promise<Disposable>;
  /** Says that items are done: progress, and items per second, count these, or outputs where it is never called. */
  finished(items?: number): void;
}

export interface PipelineParts<S extends Served<object>> {
  /** The compiled module that serves the kernels: `new URL('./kernels.js', import.meta.url)`. */
  readonly kernels: URL;
  /** Which files of a folder are inputs, by how their names end: `['.jpg', '.png']`. Without it: all of them. */
  readonly accepts?: readonly string[];
  /** Turns inputs into outputs, which are written in this order. Runs on the main thread. */
  readonly run: (inputs: AsyncIterable<Input>, context: Context<S>) => AsyncIterable<Output>;
}

/** What `pipeline` makes, whichever kernels it has. */
export interface Pipeline {
  readonly kernels: URL;
  readonly accepts: readonly string[] | undefined;
  readonly run: (inputs: AsyncIterable<Input>, context: Context<Served<object>>) => AsyncIterable<Output>;
}

/**
 * Declares a pipeline: `export default pipeline<typeof kernels>({ kernels: new URL(...), run: async function* ... })`.
 *
 * Outcomes: the pipeline; throws a TypeError that names the part that is missing or of the wrong kind.
 */
export function pipeline<S extends Served<object>>(parts: PipelineParts<S>): Pipeline {
  const { kernels, accepts, run } = parts;
  if (!(kernels instanceof URL)) {
    throw new TypeError("The kernels of a pipeline are a URL: new URL('./kernels.js', import.meta.url).");
  }
  if (typeof run !== 'function') throw new TypeError(`The run of a pipeline is a function, not ${typeof run}.`);
  if (accepts !== undefined && !(Array.isArray(accepts) && accepts.every((ending) => typeof ending === 'string'))) {
    throw new TypeError("What a pipeline accepts is a list of file-name endings, such as ['.jpg', '.png'].");
  }
  const made = { kernels, accepts, run: run as unknown as Pipeline['run'] };
  Object.defineProperty(made, brand, { value: true });
  return Object.freeze(made);
}

/** Says whether this was made by `pipeline`, in whichever copy of the package. */
export function isPipeline(candidate: unknown): candidate is Pipeline {
  return typeof candidate === 'object' && candidate !== null && Object.hasOwn(candidate, brand);
}

const brand: unique symbol = Symbol.for('fenceline.pipeline');
