/** Four threads that each lock 8 of 64 locks in no order, over and over. */
import { Space } from 'fenceline';
import type { SpaceData } from '#fenceline/core.js';
import type { Crew } from '../crew.ts';
import { dismiss, order, startCrew, waitForAll } from '../crew.ts';
import type { Candidate } from '../rounds.ts';
import { interleave, speedRow, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type { ContendedData } from '../threads/contended.ts';

const parameters = {
  smoke: { rounds: 3, warmups: 1, operations: 50 },
  full: { rounds: 21, warmups: 3, operations: 4000 },
};
// As in threads/contended.ts, which would start working if it were imported here.
const [TICKETS, ORDERED, PUBLIC] = [1, 2, 3] as const;
const threads = 4;
const lockCount = 64;
const strideWords = 16;
const reportWords = 4;

/** The most runs and the longest time that any transaction of a candidate needed. */
interface Worst {
  runs: number;
  us: number;
}

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 ** 20 });
  const buffers = Array.from({ length: lockCount }, () => space.buffer('u8', [1]));
  const data: ContendedData = {
    space: space.handle as unknown as SpaceData,
    buffers: buffers.map(({ handle }) => handle),
    mutexes: sharedWords(lockCount * strideWords),
    counters: sharedWords(lockCount * strideWords),
    reports: sharedWords(threads * reportWords),
  };
  const crew = await startCrew('contended', threads, data);
  const worst = new Map<string, Worst>();
  const candidate = (name: string, kind: number): Candidate => ({
    name,
    run: async () => {
      data.counters.fill(0);
      const timed = await timedAsync(operations * threads, () => work(crew, kind, operations));
      noteWorst(worst, name, data.reports);
      return { ...timed, result: countsOf(data.counters) };
    },
  });
  const measured = await interleave(
    [candidate('tickets', TICKETS), candidate('ordered', ORDERED), candidate('public', PUBLIC)],
    rounds,
    warmups,
  );
  await dismiss(crew);
  await space.close();
  const against = 'ordered futex mutexes';
  const goal = { atLeast: 0.85 };
  return [
    speedRow(measured, 'tickets', 'ordered', 'txn/s', {
      what: '8 of 64 locks, 4 threads, lock sets',
      against,
      goal,
      note: noteOf(worst, 'tickets'),
    }),
    speedRow(measured, 'public', 'ordered', 'txn/s', {
      what: '8 of 64 locks, 4 threads, transactionSync',
      against,
      note: noteOf(worst, 'public'),
    }),
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

function noteWorst(worst: Map<string, Worst>, name: string, reports: Int32Array): void {
  const known = worst.get(name) ?? { runs: 0, us: 0 };
  for (let thread = 0; thread < threads; thread++) {
    known.runs = Math.max(known.runs, Atomics.load(reports, thread * reportWords));
    known.us = Math.max(known.us, Atomics.load(reports, thread * reportWords + 1));
  }
  worst.set(name, known);
}

function noteOf(worst: ReadonlyMap<string, Worst>, name: string): string {
  const [ours, ordered] = [worst.get(name), worst.get('ordered')];
  const ms = (us = 0): string => (us / 1000).toFixed(1);
  return (
    `at most ${(ours?.runs ?? 1) - 1} retries of any transaction (goal: at most 4); all were done, ` +
    `the longest took ${ms(ours?.us)} ms (ordered: ${ms(ordered?.us)} ms).`
  );
}
