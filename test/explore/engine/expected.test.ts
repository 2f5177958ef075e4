/** Scenarios that say which outcomes may come out. */
import { check, explore } from 'fenceline/check';
import { expect, test } from 'vitest';

const scenario = new URL('./scenarios/expected.scenario.ts', import.meta.url);

test('permits outcomes that are listed, and says which of them never came', async () => {
  const report = await check(scenario);
  expect([...report.outcomes.keys()].sort()).toEqual(['{"one":0,"two":1}', '{"one":1,"two":0}']);
  expect(report.missing).toEqual(['{"one":0,"two":0}']);
});

test('forbids an outcome that is not listed, in every strategy, and so again when it is replayed', async () => {
  for (const strategy of ['dfs', 'por', 'dpor', 'random', 'pct'] as const) {
    const { failure } = await explore(scenario, { strategy, planted: 'too few' });
    expect(failure).toMatchObject({
      kind: 'outcome',
      message: 'The outcome {"one":1,"two":0} is none of the 2 expected: {"one":0,"two":1}, {"one":0,"two":0}.',
    });
    const again = await explore(scenario, { replay: failure?.replay ?? '' });
    expect(again.failure).toEqual(failure);
  }
});

test('refuses a list that names an agent that there is not', async () => {
  await expect(explore(scenario, { planted: 'a stranger' })).rejects.toThrow(
    "The expected outcomes name 'three'; the agents are one, two, silent.",
  );
});
