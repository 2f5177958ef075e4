/**
 * Buffers that move, in every order of steps within a bound, and with agents that die at every step. Checked: the placement
 * names the contents at every instant, nobody hangs for want of memory that could be made free, and accounting is exact.
 */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
const alive = { killAgents: false } as const;
const killed = { killAgents: true, preemptions: 0 } as const;

const cases: readonly (readonly [rule: string, name: string, limits: Limits])[] = [
  ['two movers leave the contents whole at every instant', 'moved', { preemptions: 1, ...alive }],
  ['a mover that dies leaves the contents whole, wherever it dies', 'moved', killed],
];

test.each(cases)('%s', async (_, name, limits) => {
  const report = await check(scenarioOf(name), limits);
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test.each([['moved', killed]] as const)('planted bugs are found in %s', (name, limits) =>
  assertPlantedBugsFound(scenarioOf(name), limits),
);
