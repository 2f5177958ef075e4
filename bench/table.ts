/** The table for people: few numbers, their unit, the spread of the ratio, the goal and whether it is reached. */
import type { MeasuredRow, Row } from './row.ts';
import { isMissing, verdictOf } from './row.ts';

const heads = [
  'what',
  'against',
  'ours',
  'theirs',
  'unit',
  'ratio',
  '(min - max)',
  'cpu',
  'goal',
  'verdict',
  'hash',
] as const;
const rightAligned: ReadonlySet<string> = new Set(['ours', 'theirs', 'ratio', 'cpu', 'goal']);

export function tableOf(rows: readonly Row[]): string {
  const lines = [heads as readonly string[], ...rows.map(cellsOf)];
  const widths = heads.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      heads
        .map((head, at) => pad(line[at] ?? '', widths[at] ?? 0, head))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Remarks below the table, one line each. */
export function notesOf(rows: readonly Row[]): string {
  const notes = rows.flatMap((row) => {
    const text = isMissing(row) ? row.missing : row.note;
    return text === undefined ? [] : [`${row.what}, against ${row.against}: ${text}`];
  });
  return notes.join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const verdict = verdictOf(row);
  if (isMissing(row)) return [row.what, row.against, '', '', '', '', '', '', '', verdict, ''];
  const { ratio } = row;
  return [
    row.what,
    row.against,
    short(row.ours),
    short(row.theirs),
    row.unit,
    short(ratio.median),
    `(${short(ratio.least)} - ${short(ratio.most)})`,
    row.cpuRatio === undefined ? '' : short(row.cpuRatio),
    goalOf(row),
    verdict,
    row.hash,
  ];
}

function goalOf({ goal }: MeasuredRow): string {
  if (goal === undefined) return '';
  return 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

function pad(text: string, width: number, head: string): string {
  return rightAligned.has(head) ? text.padStart(width) : text.padEnd(width);
}
