/** Streams of jobs that our own pipelines submitted: what policies move there. */
import { describe, expect, test } from 'vitest';
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import { capturedNames, capturedTrace } from '../../../bench/eviction/captured.ts';
import { lowerBound } from '../../../bench/eviction/lower-bound.ts';
import { lookaheads, pagesMoved } from '../../../bench/eviction/measure.ts';
import { budgetParts } from '../../../bench/eviction/suite.ts';
import { budgetOf, OVERWRITES } from '../../../bench/eviction/trace.ts';

describe.each(capturedNames)('the captured stream %s', (name) => {
  const trace = capturedTrace(name);

  test('is whole: hundreds of jobs, each buffer is written before it is read, and disposed of after its last use', () => {
    expect(trace.jobs.length).toBeGreaterThan(400);
    const [written, gone] = [new Set<number>(), new Set<number>()];
    for (const { buffers, flags, frees } of trace.jobs) {
      for (const [index, buffer] of buffers.entries()) {
        expect(trace.sizes[buffer]).toBeGreaterThan(0);
        expect(gone.has(buffer)).toBe(false);
        if (((flags[index] ?? 0) & OVERWRITES) !== 0) written.add(buffer);
        expect(written.has(buffer)).toBe(true);
      }
      for (const buffer of frees) gone.add(buffer);
    }
    expect(written.size).toBe(trace.sizes.length);
    expect(gone.size).toBe(trace.sizes.length);
  });

  test.each(budgetParts)('in %d of its footprint moves at most a twentieth more than LRU', (part) => {
    const budget = budgetOf(trace, part);
    const lru = pagesMoved(trace, budget, new Lru());
    for (const lookahead of lookaheads) {
      expect(pagesMoved(trace, budget, new Horizon(), lookahead)).toBeLessThanOrEqual(lru * 1.05);
    }
  });

  test('is moved by no policy with less than the lower bound', () => {
    for (const part of budgetParts) {
      const budget = budgetOf(trace, part);
      const all = pagesMoved(trace, budget, new Horizon(), trace.jobs.length);
      const bound = lowerBound(trace, budget, all, { steps: 40 });
      expect(bound).toBeGreaterThan(0);
      expect(all).toBeGreaterThanOrEqual(bound);
      expect(pagesMoved(trace, budget, new Lru())).toBeGreaterThanOrEqual(bound);
      expect(pagesMoved(trace, budget, new Horizon())).toBeGreaterThanOrEqual(bound);
    }
  });
});
