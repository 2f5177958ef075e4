// The command line of `fenceline memory`: a dump in, a page out.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { whyNotDump } from '../dump/check.ts';
import type { MemoryDump } from '../dump/format.ts';
import { drawMemory } from '../dump/page/page.ts';
import { RunError, reasonOf, sentenceOf, UsageError } from './failure.ts';
import { SideFile } from './side-file.ts';

export const memoryUsage: string = `Usage: fenceline memory DUMP.json [--out PAGE.html]

Draws what a space held, from a dump (dumpMemory of fenceline/dump, or fenceline run --memory), as one HTML page without
scripts: heaps by address with what is free between buffers, what moved when, buffers and why they cannot be moved, jobs
and what they wait for. - reads the dump from standard input.

  --out PAGE.html   where the page goes (default: beside the dump, its name with .html); - is standard output

Exit code: 0 done, 1 the dump cannot be read or the page cannot be written, 2 asked for wrongly.`;

/** Runs the command. Outcomes: 0, the page is written and its path printed; rejects with a UsageError or a RunError. */
export async function runMemory(
  argv: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  print: (text: string) => Promise<unknown>,
): Promise<number> {
  const { path, out } = parse(argv);
  const dump = toDump(path, await readText(path, stdin));
  const page = drawMemory(dump);
  if (out === '-') {
    await print(page);
    return 0;
  }
  const file = await SideFile.open('page', out);
  try {
    await file.write([page]);
  } finally {
    await file.discard();
  }
  await print(`page in ${out}`);
  return 0;
}

function parse(argv: readonly string[]): { path: string; out: string } {
  const { values, positionals } = tryParse(argv);
  const [path, ...more] = positionals;
  if (path === undefined) throw new UsageError('A dump is missing: fenceline memory DUMP.json.');
  if (more.length > 0) throw new UsageError(`One dump makes one page, and ${positionals.length} are given.`);
  if (values.out === '') throw new UsageError("--out takes a file to write, not ''.");
  return { path, out: values.out ?? (path === '-' ? 'memory.html' : `${path.replace(/\.json$/i, '')}.html`) };
}

function tryParse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { out: { type: 'string', short: 'o' } } });
  } catch (error) {
    throw new UsageError(sentenceOf(error).replace(/\. To specify .*$/, '.'));
  }
}

async function readText(path: string, stdin: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    if (path !== '-') return await readFile(path, 'utf8');
    const pieces: Uint8Array[] = [];
    for await (const piece of stdin) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  } catch (error) {
    throw new RunError(`The dump '${path}' cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

function toDump(path: string, text: string): MemoryDump {
  const value = parseJson(path, text);
  const why = whyNotDump(value);
  if (why !== undefined) throw new RunError(`The file '${path}' is no memory dump. ${why}`);
  // What it is was checked just now.
  return value as MemoryDump;
}

function parseJson(path: string, text: string): unknown {
  if (text.trim() === '') throw new RunError(`The dump '${path}' is empty.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError(`The dump '${path}' is not JSON: ${sentenceOf(error)}`, { cause: error });
  }
}
