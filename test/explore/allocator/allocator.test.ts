/**
 * The allocator in every order of its steps, with an agent that dies before each of them and another that repairs.
 * Checked after every step: blocks cover the heap, none overlap, nobody's block is given away. At the end: accounting
 * exact, links and lists right, no descriptor lost, nothing in use that no placement names.
 */
import { check, type Limits, type Report } from 'fenceline/check';
import { afterAll, describe, expect, test } from 'vitest';
import { completeWithin } from '../../lengths.ts';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
const withoutKills = { killAgents: false } as const;
const unreached = new Map<string, Set<string>>();

async function complete(name: string, limits: Limits): Promise<Report> {
  const report = await check(scenarioOf(name), { ...completeWithin, ...limits });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
  for (const module of report.coverage) {
    if (!/src\/memory\/(allocator|block-|heap-lock)/.test(module.file)) continue;
    const before = unreached.get(module.file);
    unreached.set(module.file, new Set(module.unreached.filter((site) => before?.has(site) ?? true)));
  }
  return report;
}

/** `npm test` runs some of them, and some of the planted bugs; `npm run test:all` runs all. */
const isLong = process.env.FENCELINE_LONG === '1';

describe('explored', () => {
  test('two agents that take, move and free interleave at every step, with one preemption', async () => {
    const { outcomes } = await complete('allocator', { preemptions: 1, ...withoutKills });
    expect([...outcomes.keys()].sort()).toEqual([
      '{"mover":"moved","taker":"both"}',
      '{"mover":"moved","taker":"refused"}',
      '{"mover":"refused","taker":"both"}',
    ]);
  });

  test('an agent that takes, moves and frees dies before each of its steps', async () => {
    await complete('allocator', { preemptions: 0 });
  });

  test('lists with a middle and descriptors that run out: interleaved, and with deaths', async () => {
    const { outcomes } = await complete('allocator-lists', { preemptions: 1, ...withoutKills });
    expect([...outcomes.keys()].map((key) => JSON.parse(key).cutter).sort()).toEqual(['cut', 'full', 'no room']);
    if (isLong) await complete('allocator-lists', { preemptions: 0 });
  });

  if (!isLong) return;

  test('accounts that are used, closed and opened again are charged exactly, with deaths and a preemption', async () => {
    const { outcomes } = await complete('accounts', { preemptions: 1, ...withoutKills });
    expect([...outcomes.keys()].sort()).toEqual([
      '{"user":"moved","closer":"refused"}',
      '{"user":"moved","closer":"shared"}',
      '{"user":"refused","closer":"shared"}',
    ]);
    await complete('accounts', { preemptions: 0, killAgents: true });
  });

  test('a repair and an allocation meet at every step with two preemptions, and the repairer dies before each', async () => {
    await complete('allocator-repair', { preemptions: 2, ...withoutKills });
    await complete('allocator-repair', { preemptions: 0 });
  });

  test('who waits for memory gets it, also if its holder dies instead of freeing it', async () => {
    await complete('allocator-wait', { preemptions: 2, ...withoutKills });
    await complete('allocator-wait', { preemptions: 0 });
  });

  test('an agent that lives and lost a section at any step goes on, and nothing is lost', async () => {
    await complete('allocator-unwound', { preemptions: 0 });
  });

  afterAll(() => {
    // Tested by other means in test/memory: late rounds of a spin look into /proc (heap-lock.test.ts), and a budget is
    // one store (allocator.test.ts).
    const left = [...unreached].flatMap(([file, sites]) =>
      [...sites].map((site) => `${file} ${site.split(' in ')[1]}`),
    );
    console.log(`not reached: ${[...new Set(left)].join(', ')}`);
    expect([...new Set(left)].sort()).toEqual([
      // Explored by who needs them: a look at the budget, and taking an allocation back (../schedule); a block that is still
      // copied from (../driver); the room of what is to be replaced (../memory).
      'src/memory/allocator.ts hasBudget',
      'src/memory/allocator.ts keepBlock',
      'src/memory/allocator.ts setBudget',
      'src/memory/allocator.ts tryRetireBlock',
      'src/memory/allocator.ts undoBlock',
      'src/memory/heap-lock.ts isHolderStopped',
    ]);
  });
});

describe('planted bugs are found', () => {
  if (isLong)
    test('in taking, moving and freeing', () => assertPlantedBugsFound(scenarioOf('allocator'), { preemptions: 0 }));
  test('in lists and descriptors', () => assertPlantedBugsFound(scenarioOf('allocator-lists'), { preemptions: 0 }));
  if (isLong) test('in repairs', () => assertPlantedBugsFound(scenarioOf('allocator-repair'), { preemptions: 0 }));
  test('in sections that are unwound', () =>
    assertPlantedBugsFound(scenarioOf('allocator-unwound'), { preemptions: 0 }));
  if (isLong)
    test('in accounts', () => assertPlantedBugsFound(scenarioOf('accounts'), { preemptions: 1, ...withoutKills }));
  test('in waiting', () => assertPlantedBugsFound(scenarioOf('allocator-wait'), { preemptions: 1, ...withoutKills }));
});
