// The command line of `fenceline replay`.
import { parseArgs } from 'node:util';
import { replay } from '../replay/replay.ts';
import { TraceError, TraceFileError } from '../replay/trace.ts';
import { RunError, reasonOf, sentenceOf, UsageError } from './failure.ts';

export const replayUsage: string = `Usage: fenceline replay FILE... [--only NAME]

Runs traces of a real Linux kernel (.jsonl or .jsonl.gz) on this library and compares every answer. Prints the first
difference of each sequence that has one, then how many operations fall under a named exception (docs/kernel-map.md), and
last how many sequences passed and failed.

  --only NAME       runs the sequence of that name alone

Exit code: 0 all passed, 1 some failed or a trace cannot be read, 2 asked for wrongly.`;

/** Runs the command. Outcomes: the exit code; rejects with a UsageError or a RunError. */
export async function runReplay(argv: readonly string[], print: (text: string) => void): Promise<number> {
  const { files, only } = parse(argv);
  try {
    const { failed } = await replay({ files, print, ...(only === undefined ? {} : { only }) });
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof TraceError) throw new RunError(error.message);
    if (error instanceof TraceFileError) {
      throw new RunError(`The trace ${error.path} cannot be read: ${reasonOf(error.cause)}.`);
    }
    throw error;
  }
}

function parse(argv: readonly string[]): { files: readonly string[]; only: string | undefined } {
  const { values, positionals } = tryParse(argv);
  if (positionals.length === 0) throw new UsageError('A trace is missing: fenceline replay FILE...');
  return { files: positionals, only: values.only };
}

function tryParse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { only: { type: 'string' } } });
  } catch (error) {
    throw new UsageError(sentenceOf(error).replace(/\. To specify .*$/, '.'));
  }
}
