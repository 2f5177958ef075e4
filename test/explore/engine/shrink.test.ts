/** A failing schedule is made simpler, always the same way, and fails as the one that was found. */
import { explore, type Limits } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { decodeSchedule, LIVELOCK_MARK, scheduleIn } from '#fenceline/explore/choices.js';
import { failsAlike, shrink } from '#fenceline/explore/shrink.js';

const own = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);
const known = (name: string): URL => new URL(`../../../examples/check/${name}.scenario.ts`, import.meta.url);
const lengthOf = (replay: string): number => decodeSchedule(scheduleIn(replay)).length;

const failing: readonly (readonly [string, URL, Limits])[] = [
  ['a deadlock', known('philosophers'), { planted: 'all left first' }],
  ['a forbidden outcome', known('peterson'), { planted: 'turn before wish' }],
  ['an assertion at the end', known('treiber'), { planted: 'ABA' }],
  ['a race', known('queue'), { planted: 'claimed by a read and a write' }],
  ['a lost wake-up', known('semaphore'), { planted: 'looks for sleepers first' }],
  ['a check after every step', own('peterson'), { planted: 'turn before wish' }],
  ['a death', own('robust'), { planted: 'no repair', killAgents: true }],
];

describe.each(failing)('%s', (_what, scenario, limits) => {
  test.each(['random', 'pct', 'dfs'] as const)(
    'found by %s is shrunk: alike, not longer, and it fails again',
    async (strategy) => {
      for (const seed of [1, 2, 3]) {
        const found = await explore(scenario, { ...limits, strategy, seed, shrink: false });
        const shrunk = await explore(scenario, { ...limits, strategy, seed });
        expect(shrunk.executions).toBe(found.executions);
        expect(shrunk.coverage).toEqual(found.coverage);
        expect(failsAlike(shrunk.failure, found.failure)).toBe(true);
        const [before, after] = [found, shrunk].map(({ failure }) => lengthOf(failure?.replay ?? ''));
        expect(after).toBeLessThanOrEqual(before ?? 0);
        if (shrunk.shrunk === undefined) expect(shrunk.failure).toEqual(found.failure);
        else {
          const { from, to } = shrunk.shrunk;
          expect([from.steps, to.steps]).toEqual([before, after]);
          expect(to.interruptions).toBeLessThanOrEqual(from.interruptions);
          expect(to.interruptions < from.interruptions || to.steps < from.steps).toBe(true);
        }
        const again = await explore(scenario, { replay: shrunk.failure?.replay ?? '' });
        expect(again.failure).toEqual(shrunk.failure);
        expect(await explore(scenario, { ...limits, strategy, seed }).then(({ failure }) => failure)).toEqual(
          shrunk.failure,
        );
      }
    },
  );
});

test('three philosophers deadlock after one interruption or two, however they were found', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { shrunk } = await explore(known('philosophers'), { planted: 'all left first', strategy: 'random', seed });
    expect(shrunk?.to.interruptions ?? 2).toBeLessThanOrEqual(2);
    expect(shrunk?.to.interruptions ?? 1).toBeGreaterThanOrEqual(1);
  }
});

test('a livelock stays as long as its limit', async () => {
  const { failure, shrunk } = await explore(own('peterson'), { planted: 'never leaves', stepsMax: 3000 });
  expect(failure?.replay).toContain(LIVELOCK_MARK);
  expect(shrunk).toBeUndefined();
});

describe('the search for a simpler schedule', () => {
  const broken = { kind: 'deadlock', message: 'Word 3 at a.ts:7.' } as const;
  /** Fails as long as agent 1 takes a step before the third of agent 0. */
  const run = (script: readonly number[]) => {
    const third = script.indexOf(0, script.indexOf(0, script.indexOf(0) + 1) + 1);
    const isBroken = script.includes(1) && script.indexOf(1) < third;
    return {
      script,
      interruptions: script.filter((choice, at) => at > 0 && choice !== script[at - 1]).length,
      broken: isBroken ? broken : undefined,
    };
  };
  const first = run([0, 2, 1, 0, 1, 2, 0, 1, 2, 0]);

  test('ends with what no edit makes simpler', () => {
    const best = shrink(first, run, { executions: 1000, steps: 100_000 });
    expect(best.broken).toBe(broken);
    expect(best.interruptions).toBeLessThanOrEqual(2);
    expect(best.script.length).toBeLessThan(first.script.length);
    expect(shrink(best, run, { executions: 1000, steps: 100_000 })).toBe(best);
  });

  test('keeps within its budget', () => {
    let runs = 0;
    const counted = (script: readonly number[]) => {
      runs++;
      return run(script);
    };
    shrink(first, counted, { executions: 5, steps: 100_000 });
    expect(runs).toBe(5);
    shrink(first, counted, { executions: 1000, steps: 0 });
    expect(runs).toBe(5);
  });

  test('numbers in a sentence may differ, lines and words may not', () => {
    expect(failsAlike(broken, { ...broken, message: 'Word 4 at a.ts:7.' })).toBe(true);
    expect(failsAlike(broken, { ...broken, message: 'Word 3 at a.ts:8.' })).toBe(false);
    expect(failsAlike(broken, { ...broken, kind: 'livelock' })).toBe(false);
    expect(failsAlike(broken, undefined)).toBe(false);
  });
});
