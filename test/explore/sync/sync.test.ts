/**
 * Sync objects in every order of their steps within a bound, with an agent killed at every step; and with bugs planted in the
 * sources that ship, which these explorations must find.
 */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { completeWithin, isLong } from '../../lengths.ts';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
/** `npm test` runs some of them, uninterrupted; `npm run test:all` runs all, and looks for the bugs of all. */
const inShort = new Set(['emptied']);

const alive = { preemptions: isLong ? 1 : 0, killAgents: false } as const;
const killed = { preemptions: 0, killAgents: true } as const;

const rules: readonly (readonly [rule: string, name: string])[] = [
  ['two who add points at the same time lose none, and who looks finds a list that was', 'pushers'],
  ['a list is written anew without what is over, and without losing an error or a point', 'renewed'],
  ['what is taken out while others add is freed once', 'emptied'],
  ['who waits for a point before it is promised gets all up to it', 'submitted'],
  ['what is transferred while it is signalled keeps its outcome', 'transferred'],
];

const cases = rules.flatMap(([rule, name]): (readonly [string, string, Limits])[] => [
  ...(isLong || inShort.has(name) ? [[rule, name, alive] as const] : []),
  ...(isLong || inShort.has(name) ? [[`${rule}, whoever dies`, name, killed] as const] : []),
]);

test.each(cases)('%s', async (_rule, name, limits) => {
  const report = await check(scenarioOf(name), { ...completeWithin, ...limits });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

// A death between two agents' steps: two of them had been about to leave the same node out.
test.each(isLong ? rules : [])('%s, in random orders with deaths anywhere', async (_rule, name) => {
  await check(scenarioOf(name), { strategy: 'random', executions: 2000, seed: 5, killAgents: true });
});

test.each(rules.filter(([, name]) => isLong || inShort.has(name)))('a bug is found by: %s', (_rule, name) =>
  assertPlantedBugsFound(scenarioOf(name)),
);
