/** The graph of the lock validator while several learn at once, and one of them dies; with bugs planted in the sources that ship. */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string): URL => new URL(`./${name}.scenario.ts`, import.meta.url);
const killed = { preemptions: 1, killAgents: true } as const;

const cases: readonly (readonly [rule: string, name: string, limits: Limits])[] = [
  ['of two who learn the halves of an inversion at the same time, one reports it', 'inversion', {}],
  ['the same, if one dies at any step and another takes its way', 'inversion', killed],
  ['edges that several learn at the same time all stay, and the cycle is reported', 'three-parts', {}],
  ['a name has one number, whoever asks', 'names', {}],
  ['a name has one number, whoever dies in the middle of writing it', 'names', killed],
];

test.each(cases)('%s', async (_rule, name, limits) => {
  const report = await check(scenarioOf(name), limits);
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test.each(['inversion', 'three-parts', 'names'])('planted bugs are found by: %s', (name) =>
  assertPlantedBugsFound(scenarioOf(name), name === 'three-parts' ? {} : killed),
);
