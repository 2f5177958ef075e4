// The file of `--trace`. It is opened before the run, so that a path that cannot be written costs no work, and gets its
// name when the run is over. What stands in it is the library's trace/chrome.ts.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Space } from '../index.ts';
import { chromeTrace } from '../trace/chrome.ts';
import { RunError, reasonOf } from './failure.ts';

/** Events each thread keeps, the last ones: a minute or so of small jobs. The file says how many were lost. */
export const traceEvents = 65_536;

export class TraceFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
  }

  /** Outcomes: the file, empty and under a temporary name; throws a RunError. */
  static async open(path: string): Promise<TraceFile> {
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    const file = await open(partial, 'w').catch((error: unknown) => unwritable(path, error));
    return new TraceFile(path, partial, file);
  }

  /** Writes what the rings of the space hold, event by event: the whole text may be larger than a string may be. */
  async write(space: Space): Promise<void> {
    const { traceEvents: events, lost } = chromeTrace(space);
    try {
      await this.#file.write('{"traceEvents":[');
      for (let from = 0; from < events.length; from += linesPerWrite) {
        const lines = events.slice(from, from + linesPerWrite).map((event) => JSON.stringify(event));
        await this.#file.write(`${from === 0 ? '\n' : ',\n'}${lines.join(',\n')}`);
      }
      await this.#file.write(`\n],"displayTimeUnit":"ms","otherData":{"lostEvents":${lost}}}\n`);
      await this.#file.close();
      await rename(this.#partial, this.#path);
    } catch (error) {
      unwritable(this.#path, error);
    }
  }

  /** Leaves nothing of it. Does nothing once it was written. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#partial, { force: true });
  }
}

const linesPerWrite = 4096;

function unwritable(path: string, error: unknown): never {
  throw new RunError(`The trace '${path}' cannot be written: ${reasonOf(error)}.`, { cause: error });
}
