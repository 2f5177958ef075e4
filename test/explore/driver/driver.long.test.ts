/** The same with wider bounds, and a hundred thousand random orders of the five steps. */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
/** A slow machine makes fewer, and says so. */
const randomSecondsMax = Number(process.env.FENCELINE_SECONDS ?? 120);
const secondsMax = Number(process.env.FENCELINE_SECONDS ?? 60);

async function search(name: string, limits: Limits): Promise<void> {
  const report = await check(scenarioOf(name), { seconds: secondsMax, ...limits });
  const bound = report.isComplete ? 'complete' : 'not complete';
  console.log(
    `${name}: ${report.executions} executions, ${report.points} points, ${bound}, ${report.seconds.toFixed(1)} s`,
  );
  expect(report.isComplete || report.seconds >= secondsMax).toBe(true);
}

test('who is told, with two preemptions', () => search('told', { preemptions: 2, killAgents: false }));
test('who is told, with a preemption and a death at every step', () => search('told', { preemptions: 1 }));
test('coming home with two preemptions', () => search('home', { preemptions: 2, killAgents: false }));
test('coming home with a preemption and a death', () => search('home', { preemptions: 1, killAgents: true }));
test('copies with two preemptions', () => search('carried', { preemptions: 2, killAgents: false }));
test('copies with a preemption and a death', () => search('carried', { preemptions: 1, killAgents: true }));
test('planted bugs are found in copies', () =>
  assertPlantedBugsFound(scenarioOf('carried'), { preemptions: 0, killAgents: ['device'] }));
test.each(['home', 'asked'])('planted bugs are found in %s', (name) =>
  assertPlantedBugsFound(scenarioOf(name), { preemptions: 1, killAgents: true }),
);
test('a request with two preemptions', () => search('asked', { preemptions: 2, killAgents: false }));
test('a request with a preemption and a death', () => search('asked', { preemptions: 1, killAgents: true }));
test('the five steps with a preemption', () => search('five-steps-apart', { preemptions: 1, killAgents: false }));
test('planted bugs are found in the five steps with a preemption', () =>
  assertPlantedBugsFound(scenarioOf('five-steps-apart'), { preemptions: 1, killAgents: false }));
test('the five steps with a death at every step', () => search('five-steps', { preemptions: 0, killAgents: true }));

// A hundred thousand of them, in two halves.
test.each([11, 12])('random orders of the five steps, from seed %i', async (seed) => {
  const limits = {
    strategy: 'random',
    executions: 50_000,
    seed,
    killAgents: false,
    seconds: randomSecondsMax,
  } as const;
  const report = await check(scenarioOf('five-steps'), limits);
  console.log(`five-steps: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(1)} s`);
  expect(report.executions === 50_000 || report.seconds >= randomSecondsMax).toBe(true);
});

test('random orders of the five steps with deaths anywhere', async () => {
  const limits = { strategy: 'random', executions: 10_000, seed: 13, killAgents: true, seconds: secondsMax } as const;
  await check(scenarioOf('five-steps'), limits);
});

test('planted bugs are found by random orders of the five steps', () =>
  assertPlantedBugsFound(scenarioOf('five-steps'), {
    strategy: 'random',
    executions: 20_000,
    seed: 14,
    killAgents: false,
  }));
