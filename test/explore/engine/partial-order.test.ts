/** Source-DPOR: known numbers of executions, and the same outcomes as the search over all schedules. */
import { check, explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);

describe('executions', () => {
  test.each([
    ['store-buffering', 3],
    ['writers', 20],
    ['once', 24],
  ])('%s has exactly %i classes of executions, and each is run once', async (name, classes) => {
    expect(await check(at(name), { strategy: 'dpor' })).toMatchObject({ executions: classes, isComplete: true });
  });
});

describe('outcomes', () => {
  test.each([
    'store-buffering',
    'writers',
    'once',
    'semaphore',
    'treiber',
    'event-loop',
    'mutex-table',
    'robust',
    'j-ring-fixed',
  ])('%s ends as under all schedules, in no more executions', async (name) => {
    const [reduced, all] = [
      await check(at(name), { strategy: 'dpor', killAgents: false }),
      await check(at(name), { strategy: 'dfs', killAgents: false }),
    ];
    expect(reduced.isComplete && all.isComplete).toBe(true);
    expect([...reduced.outcomes.keys()].sort()).toEqual([...all.outcomes.keys()].sort());
    expect(reduced.executions).toBeLessThanOrEqual(all.executions);
  });
});

test('a loop that spins is explored, and not called complete', async () => {
  const [reduced, all] = [await check(at('spin'), { strategy: 'dpor' }), await check(at('spin'))];
  expect([...reduced.outcomes.keys()].sort()).toEqual([...all.outcomes.keys()].sort());
  expect(all.outcomes.size).toBe(2);
  expect([reduced.isComplete, all.isComplete]).toEqual([false, true]);
});

describe('bugs', () => {
  test.each([
    ['semaphore', 'looks for waiters first', 'lost wake-up'],
    ['treiber', 'ABA', 'assertion'],
    ['philosophers', undefined, 'deadlock'],
    ['j-ring', undefined, 'race'],
  ] as const)('%s (%s) is found: %s', async (name, planted, kind) => {
    const { failure } = await explore(at(name), { strategy: 'dpor', ...(planted === undefined ? {} : { planted }) });
    expect(failure?.kind).toBe(kind);
    expect((await explore(at(name), { replay: failure?.replay ?? '' })).failure?.message).toBe(failure?.message);
  });

  test('one word in two sizes is an error, whatever the schedule', async () => {
    for (const strategy of ['dfs', 'dpor', 'random'] as const) {
      const { failure } = await explore(at('two-sizes'), { strategy, executions: 20 });
      expect(failure?.message).toMatch(
        /accessed atomically in two sizes: \d bytes \(.*:1[01]\) and \d bytes \(.*:1[01]\)/,
      );
    }
  });
});

test('forbids what sees the order of independent steps', async () => {
  await expect(explore(at('kills'), { strategy: 'dpor', killAgents: true })).rejects.toThrow(
    "The strategy 'dpor' cannot be combined with killAgents; use 'dfs'.",
  );
  await expect(explore(at('patience'), { strategy: 'dpor' })).rejects.toThrow(/timeouts/);
  await expect(explore(at('peterson'), { strategy: 'dpor' })).rejects.toThrow(/always/);
});
