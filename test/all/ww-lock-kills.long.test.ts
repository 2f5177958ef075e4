/**
 * Two tickets, two locks, in opposite orders, and an agent that dies before any of its operations: every schedule, in both
 * lock classes. One agent dies in an execution, and its repair begins at any time after.
 */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';

const lived = (stamp: number, deaths: number) => ({ stamp, deaths });

/** Who died has no result. The older one never gives way; the younger one may do so again for whom it waits no more. */
const outcomes = [
  { older: lived(1, 0) },
  { younger: lived(2, 0) },
  { younger: lived(2, 1) },
  { older: lived(1, 0), younger: lived(2, 0) },
  { older: lived(1, 0), younger: lived(2, 1) },
];

test.each([
  ['wait-die', 'two-by-two-killed', [...outcomes, { younger: lived(2, 2) }]],
  ['wound-wait', 'wounded-two-by-two-killed', outcomes],
] as const)(
  'whoever dies, the other comes through, and what the dead one held is suspect once: %s, every schedule',
  async (_, name, expected) => {
    const file = new URL(`../explore/lock/${name}.scenario.ts`, import.meta.url);
    const report = await check(file, { seconds: 570 });
    const { executions, states, points, seconds } = report;
    console.log(`${name}: ${executions} executions, ${states} states, ${points} points, complete, ${seconds} s`);
    expect(report.isComplete).toBe(true);
    expect([...report.outcomes.keys()].sort()).toEqual(expected.map((one) => JSON.stringify(one)).sort());
  },
);
