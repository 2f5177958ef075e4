/** The same scenarios with wider bounds: an agent dies at every step of each, and one preemption where nobody dies. */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';

const names = [
  ...['in-order', 'overlapping', 'independent', 'split', 'foreign', 'locked', 'memory', 'crossed', 'cancelled'],
  ...['leaver', 'rerun', 'transfers', 'transfers-three', 'opened', 'closed', 'sync-object'],
  ...['one-slot', 'memory-pairs', 'mapped', 'deserted', 'orphaned'],
];

/** Only their worker dies: what the scenario says of an outcome would not hold otherwise. */
const workerOnly = new Set(['leaver', 'rerun']);
/** Their second worker does what the first one does. */
const twins = new Set(['overlapping', 'independent', 'split', 'one-slot']);

function whoDies(name: string): true | readonly string[] {
  if (workerOnly.has(name)) return ['worker'];
  return twins.has(name) ? ['main', 'worker'] : true;
}

test.each(names)('%s holds with a death at every step', async (name) => {
  const limits = { preemptions: 0, killAgents: whoDies(name), seconds: 500 };
  const report = await check(new URL(`./${name}.scenario.ts`, import.meta.url), limits);
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test.each(names)('%s holds with a preemption', async (name) => {
  const limits = { preemptions: 1, killAgents: false, seconds: 500 };
  const report = await check(new URL(`./${name}.scenario.ts`, import.meta.url), limits);
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});

test.each(names)('%s holds in random orders with deaths anywhere', async (name) => {
  const killAgents = whoDies(name);
  const limits = { strategy: 'random', executions: 3000, seed: 7, killAgents, seconds: 300 } as const;
  await check(new URL(`./${name}.scenario.ts`, import.meta.url), limits);
});

test('reused holds with a preemption', async () => {
  // Its assertion is about the order that living workers keep.
  const limits = { preemptions: 1, killAgents: false, seconds: 500 };
  const report = await check(new URL('./reused.scenario.ts', import.meta.url), limits);
  expect(report.isComplete).toBe(true);
});
