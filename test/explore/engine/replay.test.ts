/** Replay lines, schedules, and programs that do not repeat themselves. */
import { check, explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { decodeSchedule, encodeSchedule, plantedIn, scheduleIn } from '#fenceline/explore/choices.js';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);

describe('schedules', () => {
  test.each([['3ab!a2c~b'], ['a'], ['12z'], ['']])('the text %j reads back as written', (text) => {
    const choices = decodeSchedule(text);
    expect(encodeSchedule(choices, choices.length)).toBe(text);
  });

  test('forbids what is no schedule, and shows from where on', () => {
    expect(() => decodeSchedule('3a?b')).toThrow("The schedule '3a?b' cannot be read from character 3 on ('?b').");
  });

  test('a replay line gives back its parts', () => {
    const line = "npx fenceline check x.scenario.ts --replay '3a!b' --planted 'two words'";
    expect([scheduleIn(line), plantedIn(line)]).toEqual(['3a!b', 'two words']);
    expect([scheduleIn('3a!b'), plantedIn('3a!b')]).toEqual(['3a!b', undefined]);
  });
});

test('a failure repeats exactly, from the whole line and from the schedule alone', async () => {
  const first = (await explore(at('philosophers'), { strategy: 'random', seed: 7 })).failure;
  const whole = (await explore(at('philosophers'), { replay: first?.replay ?? '' })).failure;
  const bare = (await explore(at('philosophers'), { replay: scheduleIn(first?.replay ?? '') })).failure;
  expect(first?.replay).toMatch(
    /^npx fenceline check test\/explore\/engine\/scenarios\/philosophers\.scenario\.ts --replay '\w+'$/,
  );
  expect(whole).toEqual(first);
  expect(bare).toEqual(first);
});

test('equal seeds give equal explorations, others other ones', async () => {
  const run = async (seed: number) =>
    (await explore(at('writers'), { strategy: 'random', seed, executions: 40 })).outcomes;
  expect(await run(3)).toEqual(await run(3));
  expect(await run(3)).not.toEqual(await run(4));
});

test('a schedule shows step, agent, operation, word, value and place', async () => {
  const { failure } = await explore(at('semaphore'), { planted: 'looks for waiters first' });
  const lines = failure?.schedule.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines?.[0]).toEqual(['1', 'waiter', 'load', 'count', '= 0', 'test/explore/engine/scenarios/semaphore.ts:6']);
  expect(lines?.some((line) => line.includes('= asleep'))).toBe(true);
});

test('a schedule that does not fit the program is refused', async () => {
  await expect(explore(at('once'), { replay: 'aab' })).rejects.toThrow(
    "The schedule does not fit this program: its step 2, 'a', is not possible there.",
  );
});

test('a program that does not repeat itself is refused rather than explored wrongly', async () => {
  await expect(explore(at('restless'))).rejects.toThrow(/does not repeat itself/);
});

test('a check throws the failure with its schedule and its line', async () => {
  await expect(check(at('philosophers'))).rejects.toThrow(
    /^deadlock: Nobody can go on: [\s\S]*To repeat it: npx fenceline check/,
  );
});
