/** What a row of the table is: two ways to do the same work, timed in the same rounds. Not here: timing (rounds.ts). */

/** How much work: `full` for numbers, `smoke` to see that everything runs and computes what it should. */
export type Scale = 'smoke' | 'full';

/** A goal of the design, as a bound on the ratio of its row. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** A number with what it was in the best and in the worst round. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface MeasuredRow {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** Per operation, or per second if the unit says so. */
  readonly ours: number;
  readonly theirs: number;
  /** Of cost: ours / theirs. Where the goal is `atLeast`, of speed: how many times faster ours is. */
  readonly ratio: Spread;
  /** The same ratio in processor time of all threads, where times are by the clock. */
  readonly cpuRatio?: number;
  readonly goal?: Goal;
  /** What else is to be known: retries, shares. */
  readonly note?: string;
  /** Of what was computed, not of times: the same on every machine. */
  readonly hash: string;
}

/** A comparison that cannot be made here, and why. */
export interface MissingRow {
  readonly what: string;
  readonly against: string;
  readonly missing: string;
}

export type Row = MeasuredRow | MissingRow;

/** A file of `rows/` exports this by default: rows that are measured together, in a process of their own. */
export type Rows = (scale: Scale) => Promise<readonly Row[]>;

export type Verdict = 'reached' | 'missed' | 'n/a' | '';

export function isMissing(row: Row): row is MissingRow {
  return 'missing' in row;
}

/** Whether the median of the row reaches its goal; '' for a row without one. */
export function verdictOf(row: Row): Verdict {
  if (isMissing(row)) return 'n/a';
  if (row.goal === undefined) return '';
  const { median } = row.ratio;
  const isReached = 'atMost' in row.goal ? median <= row.goal.atMost : median >= row.goal.atLeast;
  return isReached ? 'reached' : 'missed';
}
