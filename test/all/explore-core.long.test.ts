/** The core's explorations with deeper bounds than `npm test` has time for: those known to end must, of others counts are printed. */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';

/** Seconds one of those that end may take; on an idle core each takes a few. */
const endsWithin = 600;
const secondsMax = Number(process.env.FENCELINE_SECONDS ?? 120);
const testMs = 700_000;

const ending: readonly (readonly [scenario: string, limits: Limits])[] = [
  ['lock/killed', { preemptions: 2, strategy: 'por' }],
  ['lock/waiters-killed', { preemptions: 1, strategy: 'por' }],
  ['cells/slots', { preemptions: 2, strategy: 'por' }],
  ['cells/held-slots', { preemptions: 2, strategy: 'por' }],
  ['cells/doorbell', { preemptions: 2, strategy: 'por' }],
  ['cells/pump', { preemptions: 1, strategy: 'por' }],
  ['fence/records', { preemptions: 1, strategy: 'por' }],
];

/** Those with plain `dfs` have time-outs, or share plain objects. */
const deeper: readonly (readonly [scenario: string, limits: Limits])[] = [
  ['lock/leaver', { preemptions: 2 }],
  ['reservation/two-sets', { preemptions: 2 }],
  ['reservation/three-sets', { preemptions: 2 }],
  ['reservation/pumped-sets', { preemptions: 2 }],
  ['reservation/collecting', { preemptions: 2, strategy: 'por' }],
  ['cells/seats', { preemptions: 3, strategy: 'por' }],
  ['fence/reuse', { preemptions: 3, killAgents: false, strategy: 'por' }],
  ['fence/closing', { preemptions: 2, strategy: 'por' }],
  ['fence/waiting', { preemptions: 1, strategy: 'por' }],
];

for (const [scenario, limits] of ending) {
  test(
    `${scenario} holds with ${limits.preemptions} preemptions, and that is all there is`,
    async () => {
      const file = new URL(`../explore/${scenario}.scenario.ts`, import.meta.url);
      const { executions, states, points, isComplete, seconds } = await check(file, { ...limits, seconds: endsWithin });
      console.log(`${scenario}: ${executions} executions, ${states} states, ${points} points, complete, ${seconds} s`);
      expect(isComplete).toBe(true);
    },
    testMs,
  );
}

for (const [scenario, limits] of deeper) {
  test(
    `${scenario} holds with ${limits.preemptions} preemptions, as far as the time goes`,
    async () => {
      const file = new URL(`../explore/${scenario}.scenario.ts`, import.meta.url);
      const { executions, states, points, isComplete, seconds } = await check(file, { ...limits, seconds: secondsMax });
      const end = isComplete ? 'complete' : 'not complete';
      console.log(`${scenario}: ${executions} executions, ${states} states, ${points} points, ${end}, ${seconds} s`);
      expect(isComplete || seconds >= secondsMax, 'It ends by itself or by its time.').toBe(true);
    },
    testMs,
  );
}
