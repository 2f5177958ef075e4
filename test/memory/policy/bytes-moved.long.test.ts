/** The goals of bytes moved: every cell of the suite, against LRU, the best schedule known and the bound; and random cells. */
import { describe, expect, test } from 'vitest';
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import { drawCount, drawnTrace } from '../../../bench/eviction/draws.ts';
import {
  boundOf,
  type Cell,
  geometricMean,
  lookaheads,
  measureCell,
  pagesMoved,
} from '../../../bench/eviction/measure.ts';
import { budgetParts, traceNames, traceOf } from '../../../bench/eviction/suite.ts';
import { at, budgetOf } from '../../../bench/eviction/trace.ts';

describe('the suite', () => {
  const cells: Cell[] = [];

  test.each(traceNames)('%s: no cell is a twentieth worse than LRU, and nothing is below the bound', (name) => {
    const trace = traceOf(name);
    for (const part of budgetParts) {
      const cell = measureCell(name, trace, part);
      const { best, lru, moved } = cell;
      const bound = boundOf(cell, 24);
      expect(bound, String(part)).toBeGreaterThan(0);
      for (const pages of [lru, best, ...moved]) expect(pages, String(part)).toBeGreaterThanOrEqual(bound);
      for (const pages of moved) expect(pages / lru, String(part)).toBeLessThanOrEqual(1.05);
      cells.push(cell);
    }
  });

  test.each([
    [0, 0.7, 1.26],
    [16, 0.67, 1.2],
    [64, 0.62, 1.12],
  ])(
    'with %d jobs queued, the mean of all cells is at most %d of LRU and %d of the best known',
    (k, overLru, overBest) => {
      const which = (lookaheads as readonly number[]).indexOf(k);
      expect(cells).toHaveLength(traceNames.length * budgetParts.length);
      expect(geometricMean(cells.map(({ moved, lru }) => at(moved, which) / lru))).toBeLessThanOrEqual(overLru);
      expect(geometricMean(cells.map(({ moved, best }) => at(moved, which) / best))).toBeLessThanOrEqual(overBest);
    },
  );
});

describe('random cells', () => {
  const ratios: number[] = [];
  const beyond: string[] = [];
  const share = 10;

  test.each(Array.from({ length: drawCount / share }, (_, turn) => turn * share))('draws from %d on run', (first) => {
    for (let number = first; number < first + share; number++) {
      const { kind, trace } = drawnTrace(number);
      for (const part of budgetParts) {
        const budget = budgetOf(trace, part);
        const lru = pagesMoved(trace, budget, new Lru());
        const ours = pagesMoved(trace, budget, new Horizon());
        ratios.push(lru > 0 ? ours / lru : 1);
        if (ours > 1.1 * lru + budget / 2) beyond.push(`${kind} ${number} ${part}: ${ours / lru}`);
        expect(ours > 0).toBe(lru > 0);
      }
    }
  });

  test('99 of 100 move less than 1.1 times what LRU moves, and half a budget; in the mean, four fifths of it', () => {
    expect(ratios).toHaveLength(drawCount * budgetParts.length);
    expect(beyond.length, beyond.join('; ')).toBeLessThanOrEqual(ratios.length / 100);
    expect(geometricMean(ratios)).toBeLessThanOrEqual(0.8);
  });
});
