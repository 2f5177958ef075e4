/**
 * Interleaved rounds: in each round every candidate does the same work once, in turning order, so that whatever else the
 * machine does hits all of them. Ratios are taken within a round; the median over the rounds is what counts.
 */
import { hashOf } from './hash.ts';
import type { Goal, MeasuredRow, Spread } from './row.ts';

/** One timed stretch of work. `result` is what was computed: the same for every candidate in every round. */
export interface Timed {
  readonly nsPerOperation: number;
  /** Processor time of all threads, where `nsPerOperation` is by the clock. */
  readonly cpuNsPerOperation?: number;
  readonly result: unknown;
}

export interface Candidate {
  readonly name: string;
  readonly run: () => Timed | Promise<Timed>;
}

export interface Rounds {
  readonly hash: string;
  /** Nanoseconds per operation, by candidate, by round. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** The same in processor time, of those that are timed by the clock. */
  readonly cpuTimes: ReadonlyMap<string, readonly number[]>;
}

/** Runs all candidates `warmups + rounds` times and keeps the last `rounds`. Outcomes: the times; throws if results differ. */
export async function interleave(candidates: readonly Candidate[], rounds: number, warmups: number): Promise<Rounds> {
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const cpuTimes = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  let expected: string | undefined;
  for (let round = -warmups; round < rounds; round++) {
    for (let step = 0; step < candidates.length; step++) {
      // An index below the length.
      const { name, run } = candidates[(step + round + warmups) % candidates.length] as Candidate;
      const { nsPerOperation, cpuNsPerOperation, result } = await run();
      const hash = hashOf(result);
      expected ??= hash;
      if (hash !== expected) {
        throw new Error(
          `${name} computed ${JSON.stringify(result)} in round ${round}, which is not what the others did.`,
        );
      }
      if (round < 0) continue;
      times.get(name)?.push(nsPerOperation);
      if (cpuNsPerOperation !== undefined) cpuTimes.get(name)?.push(cpuNsPerOperation);
    }
  }
  return { hash: expected ?? hashOf(undefined), times, cpuTimes };
}

/** What a row says besides its times. */
export interface RowText {
  readonly what: string;
  readonly against: string;
  readonly goal?: Goal;
  readonly note?: string;
}

const units: readonly (readonly [name: string, ns: number])[] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
];

/** A row that compares the cost of two candidates. With a goal `atLeast`, the ratio is how many times faster ours is. */
export function costRow(rounds: Rounds, ours: string, theirs: string, text: RowText): MeasuredRow {
  const [a, b] = [timesOf(rounds, ours), timesOf(rounds, theirs)];
  const isSpeed = text.goal !== undefined && 'atLeast' in text.goal;
  const ratio = spreadOf(a.map((ns, round) => (isSpeed ? (b[round] as number) / ns : ns / (b[round] as number))));
  const [ourNs, theirNs] = [spreadOf(a).median, spreadOf(b).median];
  const [unit, scale] = units.find(([, ns]) => Math.min(ourNs, theirNs) >= ns) ?? ['ns', 1];
  const cpu = cpuOf(rounds, ours, theirs, isSpeed);
  return { ...text, unit, ours: ourNs / scale, theirs: theirNs / scale, ratio, ...cpu, hash: rounds.hash };
}

/** The same, shown as operations per second. */
export function speedRow(rounds: Rounds, ours: string, theirs: string, unit: string, text: RowText): MeasuredRow {
  const [a, b] = [timesOf(rounds, ours), timesOf(rounds, theirs)];
  const ratio = spreadOf(a.map((ns, round) => (b[round] as number) / ns));
  const perSecond = (times: readonly number[]): number => 1e9 / spreadOf(times).median;
  const cpu = cpuOf(rounds, ours, theirs, true);
  return { ...text, unit, ours: perSecond(a), theirs: perSecond(b), ratio, ...cpu, hash: rounds.hash };
}

/** The ratio in processor time: what is left of it where others share the machine. */
function cpuOf(rounds: Rounds, ours: string, theirs: string, isSpeed: boolean): { readonly cpuRatio?: number } {
  const [a, b] = [rounds.cpuTimes.get(ours) ?? [], rounds.cpuTimes.get(theirs) ?? []];
  if (a.length === 0 || a.length !== b.length) return {};
  // Lists of the same length.
  const ratios = a.map((ns, round) => (isSpeed ? (b[round] as number) / ns : ns / (b[round] as number)));
  return { cpuRatio: spreadOf(ratios).median };
}

export function timesOf({ times }: Rounds, name: string): readonly number[] {
  const list = times.get(name);
  if (list === undefined || list.length === 0) throw new Error(`No candidate named ${name} was measured.`);
  return list;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  // The list is not empty; with an odd length both are the middle one.
  const [low, high] = [sorted[sorted.length % 2 === 1 ? half : half - 1] as number, sorted[half] as number];
  return { median: (low + high) / 2, least: sorted[0] as number, most: sorted.at(-1) as number };
}

/**
 * Times work that one thread does without waiting. Processor time rather than the clock's: other processes may share the
 * machine. Call it for a few milliseconds at a time.
 */
export function timed(operations: number, work: () => unknown): Timed {
  const from = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(from);
  return { nsPerOperation: ((user + system) * 1e3) / operations, result };
}

/** Times work that waits, by the clock; and what all threads of the process spent on it. */
export async function timedAsync(operations: number, work: () => unknown): Promise<Timed> {
  const cpuFrom = process.cpuUsage();
  const from = process.hrtime.bigint();
  const result = await work();
  const nsPerOperation = Number(process.hrtime.bigint() - from) / operations;
  const { user, system } = process.cpuUsage(cpuFrom);
  return { nsPerOperation, cpuNsPerOperation: ((user + system) * 1e3) / operations, result };
}
