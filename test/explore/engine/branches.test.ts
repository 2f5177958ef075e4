/** Branches: which arms were taken; to note them changes nothing else. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { check, explore, type Report } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { runCheck } from '#fenceline/explore/command.js';

const own = new URL('./scenarios/', import.meta.url);
const known = new URL('../../../examples/check/', import.meta.url);
const scenario = new URL('branches.scenario.ts', own);
/** Those whose point is that they cannot be explored at all. */
const unrepeatable = 'restless';

test('names each arm that was never taken, and no other', async () => {
  const { branches } = await check(scenario, { branches: true });
  expect(branches.map(({ file }) => file)).toEqual(['test/explore/engine/scenarios/branches.scenario.ts']);
  expect(branches[0]?.untaken.toSorted()).toEqual(
    [
      '6:19 then of if in choose',
      '9:19 then of if in choose',
      '9:5 then of if in choose',
      '10:10 else of if in choose',
      '11:76 else of ? : in choose',
      '13:29 right side of || in choose',
      '14:38 body of loop in choose',
      '16:44 then of if in choose',
      '22:5 case in choose',
      '24:5 default in choose',
    ].toSorted(),
  );
  expect(branches[0]?.taken).toContain('7:24 then of if in choose');
  expect(branches[0]?.taken).toContain('19:5 case in choose');
});

test('notes none unless asked', async () => {
  expect((await check(scenario)).branches).toEqual([]);
});

const scenarios = [own, known].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.scenario.ts') && !name.startsWith(unrepeatable))
    .map((name) => [name, new URL(name, folder)] as const),
);

describe('marks change neither outcomes nor the number of executions, nor what fails', () => {
  test.each(scenarios)('%s', async (_name, file) => {
    const what = ({ outcomes, executions, failure, points }: Report) => ({ outcomes, executions, failure, points });
    const limits = { preemptions: 1, executions: 2000 };
    expect(what(await explore(file, { ...limits, branches: true }))).toEqual(what(await explore(file, limits)));
  });
});

test('the command lists branches never taken with --coverage', async () => {
  const lines: string[] = [];
  expect(await runCheck([fileURLToPath(scenario), '--coverage'], (line) => lines.push(line))).toBe(0);
  expect(lines).toContain(
    '  never taken: test/explore/engine/scenarios/branches.scenario.ts:6:19 then of if in choose',
  );
});
