/** Programs whose outcomes, executions or bugs are known: what the search must find, and what it must not. */
import { check, explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);
const strategies = ['dfs', 'random', 'pct'] as const;

describe('outcomes', () => {
  test.each(strategies)('store buffering has three outcomes, and never two zeros (%s)', async (strategy) => {
    const { outcomes } = await check(at('store-buffering'), { strategy, executions: 500 });
    expect([...outcomes.keys()].sort()).toEqual([
      '{"left":0,"right":1}',
      '{"left":1,"right":0}',
      '{"left":1,"right":1}',
    ]);
  });

  test('two agents with three dependent operations have 20 interleavings, each met once', async () => {
    const report = await check(at('writers'));
    expect(report.outcomes.size).toBe(20);
    expect([...report.outcomes.values()]).toEqual(Array(20).fill(1));
    expect(report).toMatchObject({ isComplete: true, executions: 20 });
  });

  test.each([
    [0, 2],
    [1, 6],
    [2, 14],
    [3, 18],
  ])('with at most %i preemptions, %i of the 20 are left', async (preemptions, count) => {
    const { outcomes, isComplete } = await check(at('writers'), { preemptions });
    expect(isComplete).toBe(true);
    expect(outcomes.size).toBe(count);
  });

  test('four agents that add once each have 24 outcomes', async () => {
    expect((await check(at('once'))).outcomes.size).toBe(24);
  });

  test('calls through tables, methods, callbacks and returned functions are followed', async () => {
    const { outcomes, coverage } = await check(at('mutex-table'));
    expect([...outcomes.keys()].sort()).toContain('{"table":1,"object":5}');
    expect(outcomes.size).toBe(4);
    expect(coverage.flatMap(({ unreached }) => unreached)).toEqual([]);
  });

  test('three agents take two locks in order, and all is well', async () => {
    const report = await check(at('two-locks'));
    expect(report.isComplete).toBe(true);
    expect(report.outcomes.size).toBe(6);
  });
});

describe('bugs', () => {
  test('a semaphore that looks for waiters too early loses a wake-up', async () => {
    expect((await check(at('semaphore'))).isComplete).toBe(true);
    await assertPlantedBugsFound(at('semaphore'));
  });

  test.each(strategies)('the semaphore bug is found by %s', async (strategy) => {
    const { failure } = await explore(at('semaphore'), { strategy, planted: 'looks for waiters first' });
    expect(failure?.kind).toBe('lost wake-up');
    expect(failure?.message).toMatch(/waiter sleeps at .*semaphore\.ts:12 while count holds 0 \(it holds 1 by now/);
  });

  test('Peterson’s lock excludes, though both spin', async () => {
    expect((await check(at('peterson'))).isComplete).toBe(true);
    await assertPlantedBugsFound(at('peterson'));
  });

  test('a loop that never ends is a livelock, and so it is when repeated', async () => {
    const { failure } = await explore(at('peterson'), { planted: 'never leaves', stepsMax: 3000 });
    expect(failure?.kind).toBe('livelock');
    const again = await explore(at('peterson'), { replay: failure?.replay ?? '' });
    expect(again.failure?.kind).toBe('livelock');
  });

  test('a Treiber stack without tags suffers ABA', async () => {
    expect((await check(at('treiber'))).isComplete).toBe(true);
    await assertPlantedBugsFound(at('treiber'));
    await assertPlantedBugsFound(at('treiber'), { preemptions: 2 });
  });

  test('an index beyond its array is an error', async () => {
    const { failure } = await explore(at('out-of-range'));
    expect(failure?.kind).toBe('assertion');
    expect(failure?.message).toBe('Agent beyond executes load of element 2, and the array has 2.');
  });

  test('philosophers who all begin on the left deadlock', async () => {
    const { failure } = await explore(at('philosophers'));
    expect(failure?.kind).toBe('deadlock');
    expect(failure?.message.match(/agent \w+ sleeps/g)).toHaveLength(3);
  });
});

describe('races on plain accesses', () => {
  test('a ring that publishes before it writes has a race, which names both accesses', async () => {
    const { failure } = await explore(at('j-ring'), { preemptions: 2 });
    expect(failure?.kind).toBe('race');
    expect(failure?.message).toMatch(
      /written by producer \(.*j-ring\.ts:16\) and read by consumer \(.*j-ring\.ts:22\)/,
    );
    await expect(check(at('j-ring'), { replay: failure?.replay ?? '' })).rejects.toThrow(/written by producer/);
  });

  test('bytes written and copied in bulk are seen', async () => {
    const { outcomes, isComplete } = await check(at('bulk'));
    expect(isComplete).toBe(true);
    expect([...outcomes.keys()].sort()).toEqual(['{"reader":"9,9,9,1,2,3,9,9"}', '{"reader":"nothing"}']);
    await assertPlantedBugsFound(at('bulk'));
    const { failure } = await explore(at('bulk'), { planted: 'flag before set' });
    expect(failure?.message).toMatch(
      /written by writer \(.*bulk\.ts:\d+\) and read by reader|read by reader .* and written by writer/,
    );
  });

  test('the ring that writes first has none', async () => {
    const report = await check(at('j-ring-fixed'));
    expect(report.isComplete).toBe(true);
    expect([...report.outcomes.keys()]).toEqual(['{"consumer":[1,2]}']);
  });
});

describe('event loops and time', () => {
  test('callbacks run after the agent’s function has returned, in the order of becoming ready', async () => {
    const { outcomes, isComplete } = await check(at('event-loop'));
    expect(isComplete).toBe(true);
    const logs = [...outcomes.keys()].map((text) => (JSON.parse(text) as { listener: string[] }).listener);
    for (const log of logs) expect(log[0]).toBe('left');
    expect(logs.map(String).sort()).toEqual(['left,task', 'left,task,woken at 1', 'left,woken at 1,task']);
  });

  test('time-outs never expire by themselves, and as a choice when asked', async () => {
    const results = async (timeouts: 'never' | 'explored') => {
      const { outcomes, isComplete } = await check(at('patience'), { timeouts });
      expect(isComplete).toBe(true);
      return [...outcomes.keys()].sort();
    };
    expect(await results('never')).toEqual(['{"patient":"rung"}']);
    expect(await results('explored')).toEqual(['{"patient":"gave up"}', '{"patient":"rung"}']);
  });
});
