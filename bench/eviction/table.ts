/**
 * `node build/bench/eviction/table.js [STEPS]`: the table of docs/eviction.md, every cell of the suite, as Markdown on the
 * standard output. STEPS: of the search for the lower bound; 0 leaves it out. Default: 200, which takes a minute or two.
 */
import { boundOf, type Cell, geometricMean, lookaheads, measureSuite } from './measure.ts';
import { at } from './trace.ts';

const steps = Number(process.argv[2] ?? 200);
const share = (value: number): string => value.toFixed(2);
const cells = measureSuite();
const bounds = steps > 0 ? cells.map((cell) => boundOf(cell, steps)) : undefined;

console.log(`| trace, budget | no schedule below | best known | ${lookaheads.map((k) => `${k} queued`).join(' | ')} |`);
console.log(`| --- | --- | --- | ${lookaheads.map(() => '---').join(' | ')} |`);
cells.forEach((cell, index) => {
  const { trace, part, lru, best, moved } = cell;
  const bound = bounds === undefined ? '' : share(at(bounds, index) / lru);
  const shares = moved.map((pages) => share(pages / lru)).join(' | ');
  console.log(`| ${trace}, ${part * 100} % | ${bound} | ${share(best / lru)} | ${shares} |`);
});
const means = (of: (cell: Cell, which: number) => number): string =>
  lookaheads.map((_, which) => geometricMean(cells.map((cell) => of(cell, which))).toFixed(3)).join(' | ');
const bestMean = geometricMean(cells.map(({ best, lru }) => best / lru)).toFixed(3);
const boundMean = bounds && geometricMean(cells.map(({ lru }, index) => at(bounds, index) / lru)).toFixed(3);
console.log(
  `| geometric mean | ${boundMean ?? ''} | ${bestMean} | ${means((cell, at) => (cell.moved[at] ?? 0) / cell.lru)} |`,
);
console.log(`| against the best known | | | ${means((cell, at) => (cell.moved[at] ?? 0) / cell.best)} |`);
