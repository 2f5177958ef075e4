// The inputs of a run: files, the files of folders in natural order, and standard input. All of them are looked for
// before the first is read, so that a misspelt name costs no work.
import { createReadStream } from 'node:fs';
import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Input } from '../pipeline.ts';
import { RunError, reasonOf } from './failure.ts';

/** An input and its size, which standard input does not tell. */
export interface FoundInput extends Input {
  readonly sizeBytes: number | undefined;
}

/**
 * Finds every input.
 *
 * A folder gives its files whose names end as `accepts` says, hidden ones aside, without its subfolders; a file that is
 * named is taken whatever its name. Outcomes: the inputs; throws a RunError that names the path.
 */
export async function findInputs(
  paths: readonly string[],
  accepts: readonly string[] | undefined,
  stdin: AsyncIterable<Uint8Array>,
): Promise<readonly FoundInput[]> {
  const inputs: FoundInput[] = [];
  for (const path of paths) {
    if (path === '-') inputs.push(standardInput(stdin));
    else for (const file of await filesOf(path, accepts)) inputs.push(await fileInput(file));
  }
  return inputs;
}

/** Sorts as people number things: photo-9 before photo-10. The same on every machine, whatever its language. */
export function sortNaturally(names: readonly string[]): readonly string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...names].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
}

async function filesOf(path: string, accepts: readonly string[] | undefined): Promise<readonly string[]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      await access(path, constants.R_OK);
      return [path];
    }
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && isWanted(entry.name, accepts));
    if (names.length === 0) throw new RunError(`The folder '${path}' has no file that the pipeline takes.`);
    return sortNaturally(names.map(({ name }) => name)).map((name) => join(path, name));
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw new RunError(`The input '${path}' cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

function isWanted(name: string, accepts: readonly string[] | undefined): boolean {
  if (name.startsWith('.')) return false;
  return accepts === undefined || accepts.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
}

async function fileInput(path: string): Promise<FoundInput> {
  const unreadable = (error: unknown): never => {
    throw new RunError(`The input '${path}' cannot be read: ${reasonOf(error)}.`, { cause: error });
  };
  const { size } = await stat(path).catch(unreadable);
  return {
    name: basename(path),
    sizeBytes: size,
    bytes: () => readFile(path).catch(unreadable),
    stream: async function* () {
      try {
        yield* createReadStream(path, { highWaterMark: 256 * 1024 });
      } catch (error) {
        unreadable(error);
      }
    },
  };
}

function standardInput(stdin: AsyncIterable<Uint8Array>): FoundInput {
  return {
    name: 'stdin',
    sizeBytes: undefined,
    bytes: async () => {
      const pieces: Uint8Array[] = [];
      for await (const piece of stdin) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    stream: () => stdin,
  };
}
