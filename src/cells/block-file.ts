/**
 * A file that blocks are written to and read from, at their addresses, by any thread: where contents are swapped out.
 *
 * Each thread opens it for itself, at first use. Calls block: the thread waits for the disk. What goes wrong is an outcome,
 * not an exception: a disk that is full or torn is something that happens. Only where the runtime has files (Node, Deno, Bun).
 * Not here: what is where, and whether it is what was written (memory/transfer.ts).
 */

export interface BlockFile {
  /** Writes all of `bytes`. Outcomes: false if the file did not take all of them. */
  write(start: number, bytes: Uint8Array): boolean;
  /** Fills all of `into`. Outcomes: false if the file did not give that many. */
  read(start: number, into: Uint8Array): boolean;
  /** Why the last call gave false, for people. */
  readonly problem: string;
  close(): void;
}

interface FileSystem {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(descriptor: number): void;
  writeSync(descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  readSync(descriptor: number, into: Uint8Array, offset: number, length: number, position: number): number;
  unlinkSync(path: string): void;
}

/** Makes an empty file. Outcomes: undefined; or why there is none, as a phrase. */
export function makeBlockFile(path: string): string | undefined {
  const files = fileSystem();
  if (files === undefined) return 'this runtime has no files';
  try {
    // Readable for its owner alone: it holds what is in buffers.
    files.closeSync(files.openSync(path, 'w+', 0o600));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The file as this thread sees it. It is opened at the first call. */
export function openBlockFile(path: string): BlockFile {
  return new OpenFile(path);
}

/** Removes the file; one that is gone is no matter. */
export function removeBlockFile(path: string): void {
  try {
    fileSystem()?.unlinkSync(path);
  } catch {
    // Gone, or somebody else's by now.
  }
}

/** The most that one call moves: more than 2^31 - 1 bytes at once are refused by Node. */
const stepMax = 2 ** 30;

class OpenFile implements BlockFile {
  problem = '';
  readonly #path: string;
  #descriptor = -1;

  constructor(path: string) {
    this.#path = path;
  }

  write(start: number, bytes: Uint8Array): boolean {
    return this.#all(bytes.length, (files, done) =>
      files.writeSync(this.#descriptor, bytes, done, stepAt(done, bytes.length), start + done),
    );
  }

  read(start: number, into: Uint8Array): boolean {
    return this.#all(into.length, (files, done) =>
      files.readSync(this.#descriptor, into, done, stepAt(done, into.length), start + done),
    );
  }

  close(): void {
    if (this.#descriptor >= 0) fileSystem()?.closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  /** Goes on where a call stopped: the system may take or give less than was asked for. Nothing at all is the end. */
  #all(length: number, step: (files: FileSystem, done: number) => number): boolean {
    const files = fileSystem();
    if (files === undefined) return this.#refuse('this runtime has no files');
    try {
      if (this.#descriptor < 0) this.#descriptor = files.openSync(this.#path, 'r+');
      for (let done = 0; done < length; ) {
        const count = step(files, done);
        if (count <= 0) return this.#refuse(`it stopped after ${done} of ${length} bytes`);
        done += count;
      }
      return true;
    } catch (error) {
      return this.#refuse((error as Error).message);
    }
  }

  #refuse(problem: string): false {
    this.problem = problem;
    return false;
  }
}

function stepAt(done: number, length: number): number {
  return Math.min(length - done, stepMax);
}

function fileSystem(): FileSystem | undefined {
  const runtime = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return runtime.process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
}
