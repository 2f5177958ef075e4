/**
 * Bytes moved under memory pressure, in seconds: bound, optimum and policies on tiny traces, and some cells of the suite.
 * All cells, and random ones, are in bytes-moved.long.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';
import { run } from '../../../bench/eviction/engine.ts';
import { lowerBound } from '../../../bench/eviction/lower-bound.ts';
import { geometricMean, measureCell, pagesMoved } from '../../../bench/eviction/measure.ts';
import { type TraceName, traceOf } from '../../../bench/eviction/suite.ts';
import { budgetOf, type Trace, withoutHints } from '../../../bench/eviction/trace.ts';
import { phases } from '../../../bench/eviction/traces/phases.ts';
import { zipf } from '../../../bench/eviction/traces/zipf.ts';
import { exactOptimum } from './exact-optimum.ts';

const policies: readonly (() => ReplacementPolicy)[] = [() => new Horizon(), () => new Lru()];

function tiny(seed: number): Trace {
  if (seed % 3 > 0) {
    return withoutHints(zipf({ seed, buffers: 6, jobs: 14, setMax: 2, writes: 0.4, sizeMin: 16, sizeMax: 256 }));
  }
  const loops = { buffers: 5, hot: 1, phases: 1, rounds: 4, lengthMin: 5, lengthMax: 5, noise: 0 };
  return withoutHints(phases({ seed, ...loops, sizeMin: 16, sizeMax: 128 }));
}

describe('tiny traces', () => {
  test('the bound is at most the optimum, and the optimum at most what a policy moves, whatever it knows', () => {
    const tightness: number[] = [];
    for (let seed = 0; seed < 45; seed++) {
      const trace = tiny(seed);
      if (trace.jobs.length > 20) continue;
      const budget = budgetOf(trace, 0.35 + (seed % 5) / 12);
      const optimum = exactOptimum(trace, budget);
      const bound = lowerBound(trace, budget, optimum, { steps: 80 });
      expect(bound, `seed ${seed}`).toBeLessThanOrEqual(optimum + 1e-6);
      for (const make of policies) {
        for (const lookahead of [0, 3, 100]) {
          expect(pagesMoved(trace, budget, make(), lookahead), `seed ${seed}`).toBeGreaterThanOrEqual(optimum);
        }
      }
      if (optimum > 0) tightness.push(bound / optimum);
    }
    expect(tightness.length).toBeGreaterThan(15);
    expect(geometricMean(tightness)).toBeGreaterThan(0.75);
  });
});

describe('the engine', () => {
  const trace = traceOf('zipf');

  test('finds a policy that proposes what is not there, what is used, or too little', () => {
    const faulty = (choose: (victims: number[]) => void): ReplacementPolicy => {
      const policy = new Lru();
      policy.choose = (_needed, _time, victims) => {
        choose(victims);
        return true;
      };
      return policy;
    };
    const budget = budgetOf(trace, 0.1);
    expect(() =>
      run(
        trace,
        budget,
        faulty((victims) => victims.push(999)),
      ),
    ).toThrow('does not live in the heap');
    expect(() =>
      run(
        trace,
        budget,
        faulty(() => {}),
      ),
    ).toThrow('The policy freed 0 pages');
    const inUse = faulty((victims) => victims.push(...trace.sizes.keys()));
    expect(() => run(trace, budget, inUse)).toThrow('Victim');
  });
});

describe('cells of the suite', () => {
  test.each<readonly [TraceName, part: number, most: readonly [number, number, number]]>([
    ['editor', 0.8, [0.3, 0.3, 0.25]],
    ['train', 0.8, [0.38, 0.38, 0.37]],
    ['render', 0.5, [1.05, 1.05, 1.05]],
  ])(
    '%s with a budget of %d of it: no worse than this against LRU with 0, 16 and 64 jobs queued',
    (name, part, most) => {
      const { lru, moved } = measureCell(name, traceOf(name), part);
      moved.forEach((pages, which) => {
        expect(pages / lru).toBeLessThanOrEqual(most[which] ?? 0);
      });
    },
  );
});
