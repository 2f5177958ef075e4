/** The same scenarios on real threads: their outcomes are among the explored ones, and what goes wrong there is said. */
import { fileURLToPath } from 'node:url';
import { crossCheck, explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { runCheck } from '#fenceline/explore/command.js';

const own = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);
const known = (name: string): URL => new URL(`../../../examples/check/${name}.scenario.ts`, import.meta.url);

test.each([
  ['store buffering', known('store-buffering')],
  ['two writers', known('two-writers')],
  ['five writers', known('five-writers')],
  ['philosophers', known('philosophers')],
  ['Peterson', known('peterson')],
  ['a Treiber stack', known('treiber')],
  ['a bounded queue', known('queue')],
  ['a semaphore', known('semaphore')],
  ['a ring of classes', own('j-ring-fixed')],
  ['cells of the library', own('semaphore')],
  ['private fields and two buffers', own('real')],
])('real threads end %s as explored', async (_what, file) => {
  const { outcomes } = await explore(file, { preemptions: 3 });
  const crossed = await crossCheck(file, { rounds: 20, stuckSeconds: 30 });
  expect(crossed.failure).toBeUndefined();
  expect(crossed.rounds).toBeGreaterThan(0);
  expect([...crossed.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(crossed.rounds);
  for (const outcome of crossed.outcomes.keys()) expect([...outcomes.keys()]).toContain(outcome);
});

describe('says what goes wrong on real threads', () => {
  const file = 'scenarios/real.scenario.ts';
  const crossed = (find: string, replace: string, stuckSeconds: number = 30) =>
    crossCheck(own('real'), { rounds: 20, stuckSeconds, patches: [{ file, find, replace }] });

  test.each([
    [
      'an agent that throws',
      'this.seen++;',
      "throw new RangeError('No more.');",
      'Agent one throws: RangeError: No more.',
    ],
    ['a check that fails at the end', '[7, 2]', '[8, 2]', /^The check 'after' fails on real workers: Expected values/],
    [
      'an outcome that was not expected',
      'Atomics.add(this.#words, 0, 1)',
      'Atomics.load(this.#words, 0)',
      /^The outcome .* is none of the 2 expected/,
    ],
    ['a setup that throws', 'this.#words = new', "throw new Error('Not here.'); this.#words = new", undefined],
  ])('%s', async (_what, find, replace, sentence) => {
    if (sentence === undefined) await expect(crossed(find, replace)).rejects.toThrow('Not here.');
    else expect((await crossed(find, replace)).failure).toMatch(sentence);
  });

  test('a round that never ends', async () => {
    const { failure } = await crossed('this.seen++;', 'Atomics.wait(this.#words, 1, 0);', 3);
    expect(failure).toMatch(
      'On real workers a round does not come to an end: after 3 s without any sign, one, two had not returned.',
    );
  });

  test('a setup that asks for other buffers than before', async () => {
    const growing = 'new SharedArrayBuffer(8, { maxByteLength: 16 })';
    await expect(crossed('new SharedArrayBuffer(8)', growing)).rejects.toThrow(
      /cannot make a SharedArrayBuffer that grows/,
    );
    const other = 'new SharedArrayBuffer(8 + 4 * Counter.made++)';
    await expect(crossed('new SharedArrayBuffer(8)', other)).rejects.toThrow(/Setup is not alike every time/);
  });
});

describe('the command, with --workers', () => {
  async function run(...args: string[]) {
    const lines: string[] = [];
    const code = await runCheck(args, (line) => lines.push(line));
    return { code, lines };
  }

  test('adds a line of what real threads met', async () => {
    const { code, lines } = await run(fileURLToPath(own('real')), '--workers', '20');
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(/: 20 rounds on real workers in \d+\.\d\d s, [12] of 2 explored outcomes$/);
  });

  test('runs none after a failure', async () => {
    const { code, lines } = await run(
      fileURLToPath(known('semaphore')),
      '--planted',
      'looks for sleepers first',
      '--workers',
      '20',
    );
    expect(code).toBe(1);
    expect(lines.join('\n')).not.toContain('real workers');
  });

  test('gives 1 for an outcome that a complete exploration did not meet', async () => {
    const { code, lines } = await run(fileURLToPath(own('elsewhere')), '--workers', '20');
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/\n {2}not explored: \{"one":\d+\}/);
  });
});
