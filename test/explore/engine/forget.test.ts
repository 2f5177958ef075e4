/** Forgetting what does not matter any more: fewer states, the same outcomes; and what happens if too much is forgotten. */
import { check, explore, forgetSince, learnt } from 'fenceline/check';
import { afterEach, expect, test } from 'vitest';

const scenario = new URL('./scenarios/forgetful.scenario.ts', import.meta.url);

afterEach(() => {
  globalThis.forgotten = undefined;
});

test('what is forgotten tells no states apart, and the outcomes are the same', async () => {
  const all = await check(scenario);
  globalThis.forgotten = 'tries';
  const fewer = await check(scenario);
  expect([...fewer.outcomes.keys()].sort()).toEqual([...all.outcomes.keys()].sort());
  expect(fewer.isComplete && all.isComplete).toBe(true);
  expect(fewer.states * 2).toBeLessThan(all.states);
});

test('who forgets what decides its next step is told', async () => {
  globalThis.forgotten = 'too much';
  await expect(explore(scenario)).rejects.toThrow(/values that forgetSince should name/);
});

test('outside an exploration nothing is learnt and nothing forgotten', () => {
  const before = learnt();
  forgetSince(before, 1, 'two', true, undefined);
  expect(learnt()).toEqual(before);
});
