/** Replays traces, file by file. Not here: the command line (../cli/replay.ts). */
import { count, emptyTotals, failureText, type Totals, totalsText } from './report.ts';
import { runSequence } from './run-sequence.ts';
import { readTrace, TraceError } from './trace.ts';

export interface ReplayOptions {
  readonly files: readonly string[];
  /** Run the sequence of this name alone. */
  readonly only?: string;
  /** Where lines go: one call for each text. */
  readonly print: (text: string) => void;
}

/** Outcomes: the totals, printed last; rejects with a TraceFileError or a TraceError. */
export async function replay({ files, only, print }: ReplayOptions): Promise<Totals> {
  const totals = emptyTotals();
  for (const path of files) {
    for (const sequence of await readTrace(path)) {
      if (only !== undefined && sequence.name !== only) continue;
      const result = await runSequence(sequence);
      count(totals, result);
      if (result.difference !== undefined) print(`${failureText(path, result)}\n`);
    }
  }
  if (only !== undefined && totals.passed + totals.failed === 0) {
    throw new TraceError(`No sequence is named '${only}' in ${files.join(', ')}.`);
  }
  print(totalsText(totals));
  return totals;
}
