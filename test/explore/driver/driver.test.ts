/**
 * Exported buffers that move while devices have them mapped, in every order of steps within a bound, and with agents that
 * die at every step. Wider bounds and random orders: driver.long.test.ts.
 */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { completeWithin } from '../../lengths.ts';
import { assertPlantedBugsFound } from '../planted.ts';
import bugs from './told.planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);

const alive = { preemptions: 0, killAgents: false } as const;
const isLong = process.env.FENCELINE_LONG === '1';

test.each([
  ['whoever has a buffer mapped is told when it moves', 'told'],
  ['the five steps on three devices make no circle', 'five-steps'],
  ['nobody writes where a device still copies from', 'carried'],
])('%s', async (_, name) => {
  const report = await check(scenarioOf(name), { ...completeWithin, ...alive });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test.each([
  ['who needs what a device has gets it, or hears that it is lost, whoever dies', 'home'],
  ['a request to an exporter is answered or fails, whoever dies or leaves', 'asked'],
])('%s', async (_, name) => {
  const report = await check(scenarioOf(name), { ...completeWithin, preemptions: 0, killAgents: true });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test('planted bugs are found', async () => {
  const limits: Limits = { preemptions: 1, killAgents: false };
  // Those that need many executions wait for the long tests.
  await assertPlantedBugsFound(scenarioOf('told'), limits, isLong ? undefined : bugs.slice(0, 1));
});
