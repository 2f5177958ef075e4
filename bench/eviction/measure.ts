/** What the default policy moves, beside LRU, the best schedule known, and what no schedule can go below. */
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';
import { run } from './engine.ts';
import { lowerBound } from './lower-bound.ts';
import { budgetParts, type TraceName, traceNames, traceOf } from './suite.ts';
import { budgetOf, type Trace } from './trace.ts';

/** Jobs in the queue. */
export const lookaheads = [0, 16, 64] as const;

export interface Cell {
  readonly trace: string;
  readonly part: number;
  /** Pages moved by LRU without a queue. */
  readonly lru: number;
  /** Pages moved by the default policy, in the order of `lookaheads`. */
  readonly moved: readonly number[];
  /** Pages moved by the best schedule known: the policy with every job of the trace in the queue, or a better one of these. */
  readonly best: number;
}

export function pagesMoved(trace: Trace, budget: number, policy: ReplacementPolicy, lookahead = 0): number {
  const moved = run(trace, budget, policy, { lookahead });
  return moved.in + moved.out;
}

export function measureCell(name: string, trace: Trace, part: number): Cell {
  const budget = budgetOf(trace, part);
  const lru = pagesMoved(trace, budget, new Lru());
  const moved = lookaheads.map((lookahead) => pagesMoved(trace, budget, new Horizon(), lookahead));
  const best = Math.min(lru, ...moved, pagesMoved(trace, budget, new Horizon(), trace.jobs.length));
  return { trace: name, part, lru, moved, best };
}

export function measureSuite(
  names: readonly TraceName[] = traceNames,
  parts: readonly number[] = budgetParts,
): readonly Cell[] {
  return names.flatMap((name) => {
    const trace = traceOf(name);
    return parts.map((part) => measureCell(name, trace, part));
  });
}

/** Pages that no schedule of the cell can go below. Takes seconds. */
export function boundOf(cell: Cell, steps: number): number {
  const trace = traceOf(cell.trace as TraceName);
  return lowerBound(trace, budgetOf(trace, cell.part), cell.best, { steps });
}

export function geometricMean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += Math.log(value);
  return Math.exp(sum / values.length);
}
