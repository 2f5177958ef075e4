/** `node build/bench/eviction/captured-table.js`: the table of captured streams of docs/eviction.md, as Markdown. */
import { capturedNames, capturedTrace } from './captured.ts';
import { lowerBound } from './lower-bound.ts';
import { lookaheads, measureCell } from './measure.ts';
import { budgetParts } from './suite.ts';
import { budgetOf } from './trace.ts';

const share = (value: number): string => value.toFixed(2);

console.log(
  `| stream, budget | LRU, MiB | no schedule below | best known | ${lookaheads.map((k) => `${k} queued`).join(' | ')} |`,
);
console.log(`| --- | --- | --- | --- | ${lookaheads.map(() => '---').join(' | ')} |`);
for (const name of capturedNames) {
  const trace = capturedTrace(name);
  for (const part of budgetParts) {
    const { lru, best, moved } = measureCell(name, trace, part);
    const bound = lowerBound(trace, budgetOf(trace, part), best);
    const shares = [bound, best, ...moved].map((pages) => (lru === 0 ? '-' : share(pages / lru)));
    console.log(`| ${name}, ${part * 100} % | ${((lru * 4096) / 2 ** 20).toFixed(1)} | ${shares.join(' | ')} |`);
  }
}
