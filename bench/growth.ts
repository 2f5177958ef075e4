/** Rows about growth: what one operation costs while n others are there. Not here: which operations (rows/). */
import { hashOf } from './hash.ts';
import { spreadOf } from './rounds.ts';
import type { Goal, MeasuredRow } from './row.ts';

/** Prepares `size` others. Outcomes: what does `operations` operations and says whether they were right. */
export type Case = (size: number, operations: number) => () => boolean | Promise<boolean>;

/** Flat: what is left are the caches of the machine. */
const flat: Goal = { atMost: 2 };

/** Times every size in each round, from the smallest on. `goal`: 'none' for what is only there to compare with. */
export async function growthOf(
  what: string,
  prepare: Case,
  sizes: readonly number[],
  operations: number,
  rounds: number,
  goal: Goal | 'none' = flat,
): Promise<MeasuredRow> {
  const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
  let isRight = true;
  for (let round = -1; round < rounds; round++) {
    for (const size of sizes) {
      const { ns, isDone } = await timeOf(prepare, size, operations);
      isRight &&= isDone;
      if (round >= 0) times.get(size)?.push(ns);
    }
  }
  if (!isRight) throw new Error(`The operations '${what}' did not do what they should.`);
  const medians = sizes.map((size) => spreadOf(times.get(size) ?? []).median);
  const [first, last] = [times.get(sizes[0] as number) ?? [], times.get(sizes.at(-1) as number) ?? []];
  return {
    what,
    against: `n = ${sizes.at(-1)} against n = ${sizes[0]}`,
    unit: 'ns',
    ours: spreadOf(last).median,
    theirs: spreadOf(first).median,
    ratio: spreadOf(last.map((ns, round) => ns / (first[round] as number))),
    ...(goal === 'none' ? {} : { goal }),
    note: `n = ${sizes.map((size, at) => `${size}: ${(medians[at] ?? 0).toFixed(0)} ns`).join(', ')}.`,
    hash: hashOf({ what, isRight }),
  };
}

async function timeOf(prepare: Case, size: number, operations: number): Promise<{ ns: number; isDone: boolean }> {
  const work = prepare(size, operations);
  // What preparing left behind is not the operations' to collect. The flag is set by bench/main.ts.
  (globalThis as { gc?: () => void }).gc?.();
  const from = process.cpuUsage();
  const isDone = await work();
  const { user, system } = process.cpuUsage(from);
  return { ns: ((user + system) * 1e3) / operations, isDone };
}
