/** Threads that each lock a few of many locks in no order, over and over: by tickets, and by hand in three ways. */
import { Space } from 'fenceline';
import type { SpaceData } from '#fenceline/core.js';
import type { Crew } from '../crew.ts';
import { dismiss, order, startCrew, waitForAll } from '../crew.ts';
import type { Candidate, RowText } from '../rounds.ts';
import { interleave, speedRow, spreadOf, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type { ContendedData } from '../threads/contended.ts';

interface Shape {
  readonly threads: number;
  readonly taken: number;
  readonly of: number;
}

/** The one with a goal, which comes first, and how the picture changes with the odds of meeting. */
const goalShape: Shape = { threads: 4, taken: 8, of: 64 };
const otherShapes: readonly Shape[] = [2, 4].flatMap((threads) => [
  { threads, taken: 2, of: 16 },
  { threads, taken: 8, of: 16 },
  { threads, taken: 4, of: 64 },
  { threads, taken: 2, of: 1024 },
  { threads, taken: 8, of: 1024 },
]);

const parameters = {
  smoke: { rounds: 3, warmups: 1, operations: 50, otherRounds: 1, shapes: otherShapes.slice(0, 2) },
  full: { rounds: 21, warmups: 3, operations: 4000, otherRounds: 7, shapes: otherShapes },
};
// As in threads/contended.ts, which would start working if it were imported here.
const kinds = { tickets: 1, ordered: 2, public: 3, backOff: 4, global: 5 } as const;
type Kind = keyof typeof kinds;
const threadsMax = 4;
const lockCount = 1024;
const strideWords = 16;
const reportWords = 4;
const buckets = 384;
const bucketsPerDoubling = 16;

/** What a candidate made of its transactions, over all rounds of a shape. */
interface Tally {
  /** The most runs and the longest time of any transaction. */
  runs: number;
  us: number;
  readonly histogram: number[];
  /** By round, the time of the slowest thread for its share, by that of the fastest. */
  readonly spreads: number[];
}

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations, otherRounds, shapes } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 ** 20 });
  const buffers = Array.from({ length: lockCount }, () => space.buffer('u8', [1]));
  const data: ContendedData = {
    space: space.handle as unknown as SpaceData,
    buffers: buffers.map(({ handle }) => handle),
    mutexes: sharedWords((lockCount + 1) * strideWords),
    counters: sharedWords(lockCount * strideWords),
    shape: sharedWords(2),
    reports: sharedWords(threadsMax * reportWords),
    histograms: sharedWords(threadsMax * buckets),
  };
  const measured = await withCrew(goalShape.threads, data, (crew) =>
    rowsOfShape(goalShape, crew, data, { rounds, warmups, operations }),
  );
  for (const threads of [2, 4]) {
    const some = shapes.filter((shape) => shape.threads === threads);
    if (some.length === 0) continue;
    const more = await withCrew(threads, data, async (crew) => {
      const found: Row[] = [];
      for (const shape of some) {
        found.push(...(await rowsOfShape(shape, crew, data, { rounds: otherRounds, warmups: 1, operations })));
      }
      return found;
    });
    measured.push(...more);
  }
  await space.close();
  return measured;
}

async function withCrew(threads: number, data: ContendedData, work: (crew: Crew) => Promise<Row[]>): Promise<Row[]> {
  const crew = await startCrew('contended', threads, data);
  const measured = await work(crew);
  await dismiss(crew);
  return measured;
}

interface Amount {
  readonly rounds: number;
  readonly warmups: number;
  readonly operations: number;
}

async function rowsOfShape(
  shape: Shape,
  crew: Crew,
  data: ContendedData,
  { rounds, warmups, operations }: Amount,
): Promise<Row[]> {
  const { threads, taken, of } = shape;
  data.shape.set([taken, of]);
  const tallies = new Map<Kind, Tally>();
  const candidate = (name: Kind): Candidate => ({
    name,
    run: async () => {
      data.counters.fill(0);
      data.histograms.fill(0);
      const timed = await timedAsync(operations * threads, () => work(crew, kinds[name], operations));
      note(tallies, name, data, threads);
      return { ...timed, result: countsOf(data.counters) };
    },
  });
  const hasPublic = shape === goalShape;
  const names: readonly Kind[] = [
    'tickets',
    'ordered',
    ...(hasPublic ? (['public'] as const) : []),
    'backOff',
    'global',
  ];
  const measured = await interleave(names.map(candidate), rounds, warmups);
  const row = (ours: Kind, theirs: Kind, text: Omit<RowText, 'what' | 'note'>): Row =>
    speedRow(measured, ours, theirs, 'txn/s', {
      ...text,
      what: `${taken} of ${of} locks, ${threads} threads, ${ours === 'public' ? 'transactionSync' : 'lock sets'}`,
      note: noteOf(tallies, ours, theirs),
    });
  const against = 'ordered futex mutexes';
  return [
    row('tickets', 'ordered', hasPublic ? { against, goal: { atLeast: 0.85 } } : { against }),
    ...(hasPublic ? [row('public', 'ordered', { against })] : []),
    row('tickets', 'backOff', { against: 'trylock, random back-off' }),
    row('tickets', 'global', { against: 'one global mutex' }),
  ];
}

function work(crew: Crew, kind: number, operations: number): void {
  order(crew, kind, operations);
  waitForAll(crew);
}

function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

/** How often each lock was taken: a lost update shows here. */
function countsOf(counters: Int32Array): readonly number[] {
  return Array.from({ length: lockCount }, (_, lock) => counters[lock * strideWords] ?? 0);
}

function note(tallies: Map<Kind, Tally>, name: Kind, { reports, histograms }: ContendedData, threads: number): void {
  let tally = tallies.get(name);
  if (tally === undefined) {
    tally = { runs: 0, us: 0, histogram: Array<number>(buckets).fill(0), spreads: [] };
    tallies.set(name, tally);
  }
  const tookUs: number[] = [];
  for (let thread = 0; thread < threads; thread++) {
    const at = thread * reportWords;
    tally.runs = Math.max(tally.runs, reports[at] ?? 0);
    tally.us = Math.max(tally.us, reports[at + 1] ?? 0);
    tookUs.push(Math.max(1, reports[at + 2] ?? 0));
    for (let bucket = 0; bucket < buckets; bucket++) {
      tally.histogram[bucket] = (tally.histogram[bucket] ?? 0) + (histograms[thread * buckets + bucket] ?? 0);
    }
  }
  tally.spreads.push(Math.max(...tookUs) / Math.min(...tookUs));
}

function noteOf(tallies: ReadonlyMap<Kind, Tally>, ours: Kind, theirs: Kind): string {
  const [a, b] = [tallies.get(ours), tallies.get(theirs)];
  if (a === undefined || b === undefined) throw new Error(`${ours} or ${theirs} was not measured.`);
  const retries = ({ runs }: Tally): number => runs - 1;
  const goal = ours === 'public' || theirs !== 'ordered' ? '' : ', goal at most 4 in 8 of 64';
  return (
    `at most ${retries(a)} retries of any transaction (theirs ${retries(b)}${goal}); p99.9 ${p999(a)} us (${p999(b)}), longest ` +
    `${ms(a.us)} ms (${ms(b.us)}); the slowest thread took ${fairness(a)} x the time of the fastest (${fairness(b)}).`
  );
}

function ms(us: number): string {
  return (us / 1000).toFixed(1);
}

function fairness({ spreads }: Tally): string {
  return spreadOf(spreads).median.toFixed(2);
}

/** The upper end of the bucket in which the slowest thousandth begins. */
function p999({ histogram }: Tally): string {
  const all = histogram.reduce((sum, count) => sum + count, 0);
  let left = all / 1000;
  for (let bucket = buckets - 1; bucket >= 0; bucket--) {
    left -= histogram[bucket] ?? 0;
    if (left < 0) return (2 ** ((bucket + 1) / bucketsPerDoubling) - 1).toFixed(0);
  }
  return '0';
}
