/** The same scenarios with wider bounds: a death at every step beside a preemption. What is left when the time is up is said. */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';

const secondsMax = 120;

test.each(['pushers', 'renewed', 'emptied', 'submitted', 'transferred'])(
  '%s holds with a death at every step and a preemption',
  async (name) => {
    const limits = { preemptions: 1, killAgents: true, seconds: secondsMax } as const;
    const report = await check(new URL(`./${name}.scenario.ts`, import.meta.url), limits);
    const bound = report.isComplete ? 'complete' : 'not complete';
    console.log(`${name}: ${report.executions} executions, ${bound}, ${report.seconds.toFixed(2)} s`);
    expect(report.isComplete || report.seconds >= secondsMax).toBe(true);
  },
);
