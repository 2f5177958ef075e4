/** The strategy 'por': it leaves out orders that nobody could tell apart, and nothing else. */
import { check, explore, type Limits } from 'fenceline/check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '#fenceline/explore/random.js';
import type { Instruction } from './scenarios/programs.scenario.ts';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);
const seed = Number(process.env.FENCELINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = new Random(seed);

function pick<T>(from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

/** Mostly words that few share: then there is something to leave out. */
function instruction(agent: number): Instruction {
  const word = random.below(2) === 0 ? Math.min(agent, 3) : random.below(4);
  return [pick(['load', 'load', 'store', 'store', 'add', 'cas', 'sleep', 'notify']), word, random.below(3)];
}

interface Ends {
  readonly outcomes: readonly string[];
  readonly memory: readonly string[];
  readonly executions: number;
}

async function endsOf(limits: Limits): Promise<Ends> {
  globalThis.programsEnded = new Set();
  const report = await check(at('programs'), limits);
  expect(report.isComplete).toBe(true);
  const { outcomes, executions } = report;
  return { outcomes: [...outcomes.keys()].sort(), memory: [...globalThis.programsEnded].sort(), executions };
}

describe(`random programs, FENCELINE_SEED=${seed}`, () => {
  beforeAll(() => {
    globalThis.programsToExplore = [];
  });

  test.each([false, true])('end as under all schedules, kills: %s', async (killAgents) => {
    let [reduced, all] = [0, 0];
    for (let round = 0; round < (killAgents ? 25 : 40); round++) {
      globalThis.programsToExplore = [0, 1, 2, 3].map((agent) =>
        Array.from({ length: 1 + random.below(killAgents ? 3 : 4) }, () => instruction(agent)),
      );
      const programs = JSON.stringify(globalThis.programsToExplore);
      const [por, dfs] = [await endsOf({ strategy: 'por', killAgents }), await endsOf({ killAgents })];
      expect(por.outcomes, programs).toEqual(dfs.outcomes);
      expect(por.memory, programs).toEqual(dfs.memory);
      reduced += por.executions;
      all += dfs.executions;
    }
    console.log(`${reduced} executions in place of ${all}`);
  });

  test('with a bound, end as with that bound, and never as nothing does', async () => {
    for (let round = 0; round < 25; round++) {
      globalThis.programsToExplore = [0, 1, 2, 3].map((agent) =>
        Array.from({ length: 2 + random.below(3) }, () => instruction(agent)),
      );
      const programs = JSON.stringify(globalThis.programsToExplore);
      const limits = { preemptions: random.below(3), killAgents: random.below(2) === 0 };
      const [por, dfs] = [await endsOf({ ...limits, strategy: 'por' }), await endsOf(limits)];
      const all = await endsOf({ killAgents: limits.killAgents });
      expect(por.outcomes, programs).toEqual(expect.arrayContaining([...dfs.outcomes]));
      expect(all.outcomes, programs).toEqual(expect.arrayContaining([...por.outcomes]));
    }
  });
});

test.each([
  ['store-buffering', false],
  ['writers', false],
  ['once', false],
  ['semaphore', false],
  ['treiber', false],
  ['event-loop', false],
  ['mutex-table', false],
  ['spin', false],
  ['robust', true],
  ['met-repair', true],
])('%s ends as under all schedules, kills: %s', async (name, killAgents) => {
  const [reduced, all] = [
    await check(at(name), { strategy: 'por', killAgents }),
    await check(at(name), { strategy: 'dfs', killAgents }),
  ];
  expect(reduced.isComplete && all.isComplete).toBe(true);
  expect([...reduced.outcomes.keys()].sort()).toEqual([...all.outcomes.keys()].sort());
});

test.each([
  ['semaphore', 'looks for waiters first', 'lost wake-up'],
  ['treiber', 'ABA', 'assertion'],
  ['philosophers', undefined, 'deadlock'],
  ['j-ring', undefined, 'race'],
] as const)('%s (%s) is found: %s', async (name, planted, kind) => {
  const { failure } = await explore(at(name), { strategy: 'por', ...(planted === undefined ? {} : { planted }) });
  expect(failure?.kind).toBe(kind);
  expect((await explore(at(name), { replay: failure?.replay ?? '' })).failure?.message).toBe(failure?.message);
});

test('forbids what sees the order of steps that are apart', async () => {
  await expect(explore(at('patience'), { strategy: 'por' })).rejects.toThrow(/'por' .* timeouts/);
  await expect(explore(at('peterson'), { strategy: 'por' })).rejects.toThrow(/'por' .* 'always'/);
  await expect(explore(at('logged'), { strategy: 'por' })).rejects.toThrow(
    /plain objects, whose readers the strategy 'por'/,
  );
});
