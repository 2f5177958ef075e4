/** What a replay prints. */
import type { SequenceResult } from './run-sequence.ts';
import type { Fields } from './trace.ts';

/** How many operations before a difference are shown. */
const contextMax = 12;

export interface Totals {
  passed: number;
  failed: number;
  compared: number;
  excepted: Map<string, number>;
}

export function emptyTotals(): Totals {
  return { passed: 0, failed: 0, compared: 0, excepted: new Map() };
}

export function count(totals: Totals, { difference, excepted, compared }: SequenceResult): void {
  if (difference === undefined) totals.passed++;
  else totals.failed++;
  totals.compared += compared;
  for (const [{ name }, times] of excepted) totals.excepted.set(name, (totals.excepted.get(name) ?? 0) + times);
}

/** The first difference of a sequence that failed, what led to it, and how to run it alone. */
export function failureText(path: string, { sequence, difference }: SequenceResult): string {
  if (difference === undefined) return '';
  const { operation, actual } = difference;
  const before = sequence.operations.slice(0, operation.index);
  const left = Math.max(0, before.length - contextMax);
  const lines = [
    `${sequence.name} (${path}, from line ${sequence.line}) differs at operation ${operation.index}: ${operation.text}`,
    ...(left > 0 ? [`  ... ${left} operations before these`] : []),
    ...before.slice(left).map(({ index, text, expected }) => `  ${index}  ${text}  ${json(expected)}`),
    `  ${operation.index}  ${operation.text}`,
    `     Linux:     ${json(operation.expected)}`,
    `     Fenceline: ${json(actual)}`,
    `  Again: npx fenceline replay ${path} --only ${sequence.name}`,
  ];
  return lines.join('\n');
}

/** The last lines: what was excepted, then what passed and failed. */
export function totalsText({ passed, failed, compared, excepted }: Totals): string {
  const all = [...excepted.values()].reduce((sum, times) => sum + times, 0);
  const share = compared === 0 ? 0 : (100 * all) / compared;
  const named = [...excepted].sort(([a], [b]) => a.localeCompare(b)).map(([name, times]) => `  ${times}  ${name}`);
  return [
    ...named,
    `${all} excepted of ${compared} operations (${share.toFixed(2)} %)`,
    `${passed} passed, ${failed} failed`,
  ].join('\n');
}

function json(fields: Fields): string {
  return JSON.stringify(fields);
}
