/** A failing schedule as a Chrome trace: every step on the track of its agent, sleeps, arrows, and the failure at the end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explore, scheduleTrace } from 'fenceline/check';
import { afterAll, expect, test } from 'vitest';
import { runCheck } from '#fenceline/explore/command.js';

const own = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);
const philosophers = new URL('../../../examples/check/philosophers.scenario.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'fenceline-schedule-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await runCheck(args, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

test('each line of the text is a slice of the track of its agent, in the same order', async () => {
  const { failure } = await explore(philosophers, { planted: 'all left first' });
  if (failure === undefined) throw new Error('The philosophers did not deadlock.');
  const { traceEvents } = scheduleTrace(failure);
  const tracks = new Map(
    traceEvents
      .filter(({ name }) => name === 'thread_name')
      .map(({ tid, args }) => [tid, (args as { name: string }).name]),
  );
  expect([...tracks.values()]).toEqual(['first', 'second', 'third']);
  const steps = traceEvents.filter(({ ph, name }) => ph === 'X' && !name.startsWith('asleep'));
  const lines = failure.schedule.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(steps.map(({ tid, name }) => [tracks.get(tid), name])).toEqual(
    lines.map(([, agent, what, word]) => [agent, `${what} ${word}`]),
  );
  expect(steps.map(({ ts }) => ts)).toEqual(lines.map((_, index) => index * 1000));
});

test('each of those who sleep for ever has a slice that lasts to the end, and the failure stands there', async () => {
  const { failure } = await explore(philosophers, { planted: 'all left first' });
  const { traceEvents } = scheduleTrace(failure ?? expect.fail('no deadlock'));
  const sleeps = traceEvents.filter(({ name }) => name.startsWith('asleep'));
  const end = traceEvents.at(-1);
  expect(end).toMatchObject({ name: 'deadlock', ph: 'i', args: { message: failure?.message } });
  expect(sleeps).toHaveLength(3);
  for (const { ts, dur } of sleeps) expect(ts + Number(dur)).toBeGreaterThan(end?.ts ?? Infinity);
});

test('an arrow leads from the step that rings to the one who goes on', async () => {
  const patches = [{ file: 'semaphore.ts', find: 'add(words, 1, -1);', replace: "throw new Error('It broke.');" }];
  const { failure } = await explore(own('semaphore'), { patches });
  const { traceEvents } = scheduleTrace(failure ?? expect.fail('no failure'));
  const [from, to] = ['s', 'f'].map((ph) => traceEvents.find((event) => event.ph === ph));
  expect(from?.id).toBe(to?.id);
  const at = (event: typeof from) =>
    traceEvents.find(({ ph, ts, tid }) => ph === 'X' && tid === event?.tid && ts === (event?.ts ?? 0) - 500);
  expect(at(from)?.name).toBe('notify count');
  expect(at(to)?.name).toBe('woken');
});

test('a failure that no exploration answered has no trace', async () => {
  const { failure } = await explore(philosophers, { planted: 'all left first' });
  expect(() => scheduleTrace({ ...(failure ?? expect.fail('no deadlock')) })).toThrow(
    'This failure is not one that an exploration of this thread answered.',
  );
});

test('the command writes it, says so, and writes nothing where nothing failed', async () => {
  const [file, other] = [join(folder, 'out.json'), join(folder, 'other.json')];
  const path = fileURLToPath(philosophers);
  const found = await run(path, '--planted', 'all left first', '--trace', file);
  expect(found).toMatchObject({ code: 1, text: expect.stringContaining(`The schedule as a Chrome trace: ${file}`) });
  expect(JSON.parse(readFileSync(file, 'utf8')).traceEvents.at(-1).name).toBe('deadlock');
  const clean = await run(path, '--trace', other);
  expect(clean.text).toContain(`There is no failure to draw: ${other} is not written.`);
  expect(existsSync(other)).toBe(false);
  expect(await run(path, path, '--trace', other)).toEqual({
    code: 2,
    text: 'The option --trace takes one scenario, and 2 are given.',
  });
});
