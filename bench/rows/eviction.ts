/** Bytes moved under memory pressure, over the suite of traces, and what deciding costs. */
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import { streamOf } from '../eviction/cost.ts';
import { type Cell, geometricMean, lookaheads, measureSuite } from '../eviction/measure.ts';
import { budgetParts, traceNames } from '../eviction/suite.ts';
import { at } from '../eviction/trace.ts';
import { type Case, growthOf } from '../growth.ts';
import { hashOf } from '../hash.ts';
import { spreadOf } from '../rounds.ts';
import type { MeasuredRow, Row, Scale } from '../row.ts';

const parameters = {
  smoke: { traces: ['zipf', 'train'] as const, parts: [0.25], rounds: 2, jobs: 2000, sizes: [10, 1000] },
  full: { traces: undefined, parts: undefined, rounds: 7, jobs: 20_000, sizes: [10, 100, 1000, 10_000, 100_000] },
};
/** Goals, in the order of the lookaheads: against LRU, and against the best schedule known. */
const goals = [
  [0.7, 1.26],
  [0.67, 1.2],
  [0.62, 1.12],
] as const;
const costSize = { smoke: 1000, full: 10_000 };
/** What deciding about one job may cost. */
const costUsMax = 5;
const pageGiB = 4096 / 2 ** 30;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { traces, parts, rounds, jobs, sizes } = parameters[scale];
  const cells = measureSuite(traces, parts);
  const moved = lookaheads.flatMap((lookahead, which) => {
    const [overLru, overBest] = at(goals, which);
    const what = `bytes moved, ${lookahead} jobs queued`;
    return [
      movedRow(cells, which, what, 'LRU, none queued', overLru),
      movedRow(cells, which, what, 'the best schedule known', overBest),
    ];
  });
  const cost: Case = (size, count) => deciding(new Horizon(), size, count);
  const lru: Case = (size, count) => deciding(new Lru(), size, count);
  return [
    ...moved,
    costRow(costSize[scale], jobs, rounds),
    await growthOf('decide about one job, n buffers', cost, sizes, jobs, rounds, 'none'),
    await growthOf('the same with LRU', lru, sizes, jobs, rounds, 'none'),
  ];
}

/** The ratio is the geometric mean over the cells; beside it, the best and the worst cell. */
function movedRow(cells: readonly Cell[], which: number, what: string, against: string, goal: number): MeasuredRow {
  const theirs = (cell: Cell): number => (against.startsWith('LRU') ? cell.lru : cell.best);
  const ratios = cells.map((cell) => at(cell.moved, which) / theirs(cell));
  const sum = (of: (cell: Cell) => number): number => cells.reduce((pages, cell) => pages + of(cell), 0) * pageGiB;
  const worst = at(cells, ratios.indexOf(Math.max(...ratios)));
  return {
    ...{ what, against, unit: 'GiB', ours: sum((cell) => at(cell.moved, which)), theirs: sum(theirs) },
    ratio: { median: geometricMean(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
    // The goals are of the whole suite.
    ...(cells.length < traceNames.length * budgetParts.length ? {} : { goal: { atMost: goal } }),
    note: `${cells.length} cells; the worst is ${worst.trace} with ${worst.part * 100} %.`,
    hash: hashOf(cells.map((cell) => [at(cell.moved, which), theirs(cell)])),
  };
}

function costRow(size: number, jobs: number, rounds: number): MeasuredRow {
  const stream = streamOf(new Horizon(), size);
  let evicted = stream.run(jobs);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = process.cpuUsage();
    evicted += stream.run(jobs);
    const { user, system } = process.cpuUsage(from);
    times.push((user + system) / jobs);
  }
  return {
    ...{ what: `decide about one job, ${size} buffers`, against: `${costUsMax} us`, unit: 'us' },
    ...{ ours: spreadOf(times).median, theirs: costUsMax, ratio: spreadOf(times.map((time) => time / costUsMax)) },
    goal: { atMost: 1 },
    hash: hashOf({ evicted }),
  };
}

function deciding(policy: Horizon | Lru, size: number, jobs: number): () => boolean {
  const stream = streamOf(policy, size);
  stream.run(jobs);
  return () => stream.run(jobs) >= 0;
}
