/** The recorded traces that come with the project. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runSequence, type SequenceResult } from '#fenceline/replay/run-sequence.js';
import { readTrace } from '#fenceline/replay/trace.js';

const folder = new URL('../fixtures/traces/', import.meta.url);

export const traces: readonly string[] = readdirSync(folder).sort();

export function pathOf(trace: string): string {
  return fileURLToPath(new URL(trace, folder));
}

export interface Replayed {
  readonly results: readonly SequenceResult[];
  /** The first difference of each sequence that failed. */
  readonly failures: readonly string[];
  readonly compared: number;
  readonly excepted: number;
}

/** Replays every `step`-th sequence of a trace. */
export async function replayed(trace: string, step: number): Promise<Replayed> {
  const results: SequenceResult[] = [];
  for (const [at, sequence] of (await readTrace(pathOf(trace))).entries()) {
    if (at % step === 0) results.push(await runSequence(sequence));
  }
  const failures = results.flatMap(({ sequence, difference }) =>
    difference === undefined ? [] : [`${sequence.name}: ${difference.operation.index} ${difference.operation.text}`],
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    results,
    failures,
    compared: sum(results.map((result) => result.compared)),
    excepted: sum(results.flatMap((result) => [...result.excepted.values()])),
  };
}
