/** The same scenarios with wider bounds: a preemption besides every death, two where nobody dies. */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';

test.each([
  ['allocator', { preemptions: 1, killAgents: true }],
  ['allocator', { preemptions: 2, killAgents: false }],
  ['allocator-lists', { preemptions: 1, killAgents: true }],
  ['allocator-repair', { preemptions: 1, killAgents: true }],
  ['allocator-repair', { preemptions: 3, killAgents: false }],
  ['allocator-unwound', { preemptions: 1 }],
  ['allocator-wait', { preemptions: 2, killAgents: true }],
  ['accounts', { preemptions: 1, killAgents: true }],
])('%s holds within %o', async (name, limits) => {
  const report = await check(new URL(`./${name}.scenario.ts`, import.meta.url), { ...limits, seconds: 300 });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});
