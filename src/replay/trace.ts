/**
 * Traces of a real kernel: JSON lines, gzipped or not, in sequences of operations (docs/kernel-map.md says the format).
 *
 * Not here: what an operation means (session.ts, kernel-session.ts).
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** A field of a record, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** What a kernel answered, or what we do. */
export type Fields = Readonly<Record<string, Json>>;

export interface Operation {
  /** Its number in the sequence. */
  readonly index: number;
  /** As it stands in the trace. */
  readonly text: string;
  /** Its name, and its arguments. */
  readonly name: string;
  readonly args: readonly string[];
  /** What the kernel answered, without number and text. */
  readonly expected: Fields;
}

export interface Sequence {
  readonly name: string;
  /** The line of the file that it begins on, from 1 on. */
  readonly line: number;
  readonly operations: readonly Operation[];
  /** Which waits were still asleep at its end. */
  readonly pending: readonly string[];
}

/** A trace that cannot be read. The message is a sentence that names the file and the line. */
export class TraceError extends Error {}

/** A trace whose file cannot be read. `cause` is what reading it failed with. */
export class TraceFileError extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`The trace ${path} cannot be read.`, { cause });
    this.path = path;
  }
}

/** What stands in place of an answer where the library threw what is no outcome of the call. */
export function thrown(error: unknown): Fields {
  if (error instanceof TraceError) throw error;
  return { threw: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/** Reads a trace. Outcomes: its sequences; rejects with a TraceFileError, or with a TraceError if it is no trace. */
export async function readTrace(path: string): Promise<Sequence[]> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new TraceFileError(path, error);
  });
  return parseTrace(textOf(path, bytes), path);
}

/** The sequences of a trace. Outcomes: as of `readTrace`. */
export function parseTrace(text: string, path: string): Sequence[] {
  const sequences: Sequence[] = [];
  let open: { name: string; line: number; operations: Operation[] } | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const number = at + 1;
    const record = parseLine(line, path, number);
    if (typeof record.seq === 'string') {
      if (open !== undefined) corrupt(path, number, `sequence '${open.name}' has no end before the next one begins`);
      open = { name: record.seq, line: number, operations: [] };
    } else if (typeof record.op === 'string' && open !== undefined) {
      open.operations.push(operationOf(record, record.op, open.operations.length, path, number));
    } else if (record.end !== undefined && open !== undefined) {
      sequences.push({ ...open, pending: pendingOf(record, open, path, number) });
      open = undefined;
    } else {
      corrupt(path, number, 'it is neither the beginning of a sequence, nor an operation or the end of one');
    }
  }
  if (open !== undefined) corrupt(path, open.line, `sequence '${open.name}' has no end`);
  if (sequences.length === 0) throw new TraceError(`The trace ${path} holds no sequence.`);
  return sequences;
}

function textOf(path: string, bytes: Uint8Array): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return new TextDecoder().decode(bytes);
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TraceError(`The trace ${path} cannot be unpacked: ${why}.`);
  }
}

function parseLine(line: string, path: string, number: number): Fields {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    corrupt(path, number, 'it is not JSON');
  }
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Fields;
  return corrupt(path, number, 'it is not an object');
}

function operationOf(record: Fields, text: string, index: number, path: string, number: number): Operation {
  if (record.i !== index) corrupt(path, number, `its number (${String(record.i)}) is not the next one (${index})`);
  const isAsleep = record.rc === 'blocked';
  if (typeof record.rc !== 'number' && !isAsleep) corrupt(path, number, "it has no number 'rc'");
  const { i: _i, op: _op, ...expected } = record;
  const [name = '', ...args] = text.split(/\s+/);
  return { index, text, name, args, expected };
}

function pendingOf(record: Fields, open: { name: string }, path: string, number: number): readonly string[] {
  if (record.end !== open.name) corrupt(path, number, `it ends '${String(record.end)}', and '${open.name}' is open`);
  return Array.isArray(record.pending) ? record.pending.map(String) : [];
}

function corrupt(path: string, number: number, why: string): never {
  throw new TraceError(`Line ${number} of the trace ${path} is not what a trace has: ${why}.`);
}
