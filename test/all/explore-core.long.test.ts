/** The core's explorations with deeper bounds than `npm test` has time for: counts are printed, complete or not. */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';

const secondsMax = Number(process.env.FENCELINE_SECONDS ?? 120);
const testMs = 400_000;

const deeper: readonly (readonly [scenario: string, limits: Limits])[] = [
  ['lock/three-by-two', { preemptions: 3 }],
  ['lock/killed', { preemptions: 2 }],
  ['lock/waiters-killed', { preemptions: 1 }],
  ['lock/leaver', { preemptions: 2 }],
  ['reservation/two-sets', { preemptions: 2 }],
  ['reservation/three-sets', { preemptions: 2 }],
  ['reservation/pumped-sets', { preemptions: 2 }],
  ['reservation/collecting', { preemptions: 2 }],
  ['cells/slots', { preemptions: 2 }],
  ['cells/held-slots', { preemptions: 2 }],
  ['cells/doorbell', { preemptions: 2 }],
  ['cells/pump', { preemptions: 1 }],
  ['cells/seats', { preemptions: 3 }],
  ['fence/reuse', { preemptions: 3, killAgents: false }],
  ['fence/closing', { preemptions: 2 }],
  ['fence/waiting', { preemptions: 1 }],
  ['fence/records', { preemptions: 1 }],
];

for (const [scenario, limits] of deeper) {
  test(
    `${scenario} holds with ${limits.preemptions} preemptions`,
    async () => {
      const file = new URL(`../explore/${scenario}.scenario.ts`, import.meta.url);
      const report = await check(file, { ...limits, seconds: secondsMax });
      const { executions, states, points, isComplete, seconds } = report;
      console.log(
        `${scenario}: ${executions} executions, ${states} states, ${points} points, complete: ${isComplete}, ${seconds} s`,
      );
      expect(isComplete || seconds >= secondsMax, 'It ends by itself or by its time.').toBe(true);
    },
    testMs,
  );
}
