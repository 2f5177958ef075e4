// A file that a command writes beside its work: opened before it, so that a path that cannot be written costs no work, and
// given its name when it is complete. A failure leaves nothing of it.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RunError, reasonOf } from './failure.ts';

export class SideFile {
  readonly #what: string;
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;

  private constructor(what: string, path: string, partial: string, file: FileHandle) {
    this.#what = what;
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
  }

  /** `what`: for errors, as in 'trace'. Outcomes: the file, empty and under a temporary name; throws a RunError. */
  static async open(what: string, path: string): Promise<SideFile> {
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    const file = await open(partial, 'w').catch((error: unknown) => unwritable(what, path, error));
    return new SideFile(what, path, partial, file);
  }

  /** Writes all of it, piece by piece: the whole text may be longer than a string may be. */
  async write(pieces: Iterable<string>): Promise<void> {
    try {
      for (const piece of pieces) await this.#file.write(piece);
      await this.#file.close();
      await rename(this.#partial, this.#path);
    } catch (error) {
      unwritable(this.#what, this.#path, error);
    }
  }

  /** Leaves nothing of it. Does nothing once it was written. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#partial, { force: true });
  }
}

function unwritable(what: string, path: string, error: unknown): never {
  throw new RunError(`The ${what} '${path}' cannot be written: ${reasonOf(error)}.`, { cause: error });
}
