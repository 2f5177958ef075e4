/** Agents killed at every step. */
import { check, explore } from 'fenceline/check';
import { expect, test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);

test('an agent of five operations is killed before each, and after the last, once each', async () => {
  globalThis.reachedBeforeDeath = [];
  const report = await check(at('kills'), { killAgents: true });
  expect(report.isComplete).toBe(true);
  // -1: the execution in which nobody dies.
  expect([...new Set(globalThis.reachedBeforeDeath)].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4, 5]);
  expect(report.executions).toBe(7);
  expect(report.outcomes).toEqual(
    new Map([
      ['{}', 6],
      ['{"counter":"done"}', 1],
    ]),
  );
});

test('random kills reach every step too', async () => {
  globalThis.reachedBeforeDeath = [];
  await check(at('kills'), { killAgents: ['counter'], strategy: 'random', executions: 500 });
  expect([...new Set(globalThis.reachedBeforeDeath)].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4, 5]);
});

test('nobody dies unless asked, and only who is named', async () => {
  expect((await check(at('kills'))).executions).toBe(1);
  await expect(explore(at('kills'), { killAgents: ['nobody'] })).rejects.toThrow(
    "There is no agent 'nobody' to kill; the agents are counter.",
  );
});

test('a lock that names its holder survives a death at every step', async () => {
  const report = await check(at('robust'));
  expect(report.isComplete).toBe(true);
  expect(report.coverage.flatMap(({ unreached }) => unreached)).toEqual([]);
  await assertPlantedBugsFound(at('robust'));
});

test('whoever lives meets the repair at every step of it, with and without a bound', async () => {
  for (const preemptions of [Infinity, 1]) {
    const report = await check(at('met-repair'), { preemptions });
    expect([report.isComplete, [...report.outcomes.keys()].sort()]).toEqual([
      true,
      ['{"looker":0}', '{"looker":1}', '{"looker":2}'],
    ]);
  }
});

test('without a repair, whoever waits for the dead is named', async () => {
  const { failure } = await explore(at('robust'), { planted: 'no repair' });
  expect(failure?.kind).toBe('deadlock');
  expect(failure?.message).toMatch(/Agent \w+ died before its operation \d+/);
  expect(failure?.schedule).toMatch(/dies before/);
});
