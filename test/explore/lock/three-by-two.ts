/** The test of three tickets and two locks with a bound that only `npm run test:all` has time for: a file for each class. */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';

const secondsMax = 3500;

export function exploreThreeByTwo(rule: string, name: string): void {
  test(
    `${rule}: three tickets and two locks come through, whichever four times they are interrupted`,
    async () => {
      const file = new URL(`./${name}.scenario.ts`, import.meta.url);
      const report = await check(file, { strategy: 'por', preemptions: 4, seconds: secondsMax });
      const { executions, states, points, seconds } = report;
      console.log(`${name}: ${executions} executions, ${states} states, ${points} points, complete, ${seconds} s`);
      expect(report.isComplete).toBe(true);
    },
    (secondsMax + 60) * 1000,
  );
}
