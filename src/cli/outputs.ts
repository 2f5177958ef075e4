// Writes outputs so that no half-written file ever has a final name: each goes to a temporary name beside it, and is
// renamed once it is complete. What a failure or an interruption leaves is complete files, or nothing.
import { rmdirSync, rmSync } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import type { Output } from '../pipeline.ts';
import { untilAborted } from './abort.ts';
import { RunError, reasonOf } from './failure.ts';

export class OutputFolder {
  readonly #folder: string;
  /** Folders that this run made: removed again if they stay empty. */
  readonly #made: string[] = [];
  readonly #names = new Set<string>();
  #partial: string | undefined;
  #writtenBytes = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder if there is none. Outcomes: it; throws a RunError that says why nothing can be written there. */
  static async open(path: string): Promise<OutputFolder> {
    const outputs = new OutputFolder(resolve(path));
    try {
      await outputs.#make(outputs.#folder);
      if (!(await stat(outputs.#folder)).isDirectory()) throw Object.assign(new Error(), { code: 'EEXIST' });
      await access(outputs.#folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new RunError(`The output folder '${path}' cannot be written: ${reasonOf(error)}.`, { cause: error });
    }
    return outputs;
  }

  /** Names of complete files, in the order written. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Writes one output and says its size; drops what was written of it if its body or the disk fails, or on abort. */
  async write({ name, body }: Output, signal: AbortSignal): Promise<number> {
    const path = this.#pathOf(name);
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    this.#partial = partial;
    try {
      await this.#make(dirname(path)).catch((error: unknown) => unwritable(name, error));
      const sizeBytes = await this.#fill(name, partial, body, signal);
      await rename(partial, path).catch((error: unknown) => unwritable(name, error));
      this.#names.add(name);
      this.#writtenBytes += sizeBytes;
      return sizeBytes;
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    } finally {
      this.#partial = undefined;
    }
  }

  /** Removes the folders this run made and left empty. */
  tidy(): void {
    for (const folder of this.#made.sort((a, b) => b.length - a.length)) {
      try {
        rmdirSync(folder);
      } catch {
        // Not empty, so it stays; those around it are not empty either and will say so themselves.
      }
    }
  }

  /** For an exit that cannot wait: removes the file that is being written, now. */
  abandon(): void {
    if (this.#partial !== undefined) rmSync(this.#partial, { force: true });
    this.tidy();
  }

  async #fill(name: string, partial: string, body: Output['body'], signal: AbortSignal): Promise<number> {
    let sizeBytes = 0;
    const file = await open(partial, 'w').catch((error: unknown) => unwritable(name, error));
    try {
      for await (const piece of body instanceof Uint8Array ? [body] : untilAborted(body, signal)) {
        if (!(piece instanceof Uint8Array)) {
          throw new RunError(`The pipeline gave ${typeof piece} as a piece of '${name}', which is not bytes.`);
        }
        await file.writeFile(piece).catch((error: unknown) => unwritable(name, error));
        sizeBytes += piece.byteLength;
      }
      return sizeBytes;
    } finally {
      await file.close();
    }
  }

  #pathOf(name: string): string {
    const normal = posix.normalize(name);
    const isOutside = normal.startsWith('..') || posix.isAbsolute(normal) || /[\\\0]/.test(name);
    if (isOutside || normal === '.' || normal.endsWith('/')) {
      throw new RunError(`The pipeline named an output '${name}', which is no file below the output folder.`);
    }
    if (this.#names.has(name)) {
      throw new RunError(`The pipeline gave two outputs the name '${name}'; are two inputs called alike?`);
    }
    return join(this.#folder, normal);
  }

  async #make(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) this.#made.push(made);
  }
}

function unwritable(name: string, error: unknown): never {
  throw new RunError(`The output '${name}' cannot be written: ${reasonOf(error)}.`, { cause: error });
}
