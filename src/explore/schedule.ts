/** Executions as text that people read: one line per step, in columns. */
import type { Site } from './operations.ts';
import { shownPath } from './sources.ts';
import type { Row } from './world-parts.ts';

export function describeSite(site: Site | undefined): string {
  return site === undefined ? '' : `${shownPath(site.file)}:${site.line}`;
}

/** Columns: step, agent, operation, word, value, place. Long executions lose their middle, never their end. */
export function drawSchedule(rows: readonly Row[], describe: (site: number) => string): string {
  const cut = rows.length > rowsMax ? rows.length - rowsMax + headRows : 0;
  const lines = rows.map(({ agent, site, what, word, value }, index) => [
    String(index + 1),
    agent,
    what,
    word,
    value === '' ? '' : `= ${value === '?' ? 'asleep' : value}`,
    site < 0 ? '' : describe(site),
  ]);
  const shown = cut === 0 ? lines : [...lines.slice(0, headRows), ['...'], ...lines.slice(cut)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...shown.map((line) => line[column]?.length ?? 0)));
  return shown
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0))),
    )
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

const rowsMax = 400;
const headRows = 100;
