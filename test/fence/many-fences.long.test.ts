/**
 * A hundred thousand fences of a thousand timelines that were closed, or whose signallers died: exact from another thread
 * while they are held, otherwise right or unknown, never wrong, while the slots are used again.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Fence, FencelineError, type Handle, Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { recordsPerTimeline } from '#fenceline/base/layout.js';
import { accounting, expectAtRest } from '../space/accounting.ts';

const agent = new URL('../../build/test/fence/waiter.agent.js', import.meta.url);
const timelineCount = 1000;
const pointsEach = 100;

/** What a fence says: 'done', or the number or code of its error. */
type Outcome = string | number;

interface Known {
  readonly handle: Handle<Fence>;
  readonly outcome: Outcome;
  /** Errors that had to be forgotten, and successes beside them, may be unknown even while held. */
  readonly mayBeUnknown: boolean;
}

async function start(space: Space): Promise<{ worker: Worker; ask: (order: object) => Promise<unknown> }> {
  const worker = new Worker(agent, { workerData: space.handle });
  await once(worker, 'message');
  const ask = async (order: object): Promise<unknown> => {
    worker.postMessage(order);
    const [answer] = await once(worker, 'message');
    return answer;
  };
  return { worker, ask };
}

/** One of each kind of life, by number: signalled to some point, with some errors, then closed with an errno. */
function live(line: Timeline, number: number): Known[] {
  const completed = number % (pointsEach + 1);
  const failing = number % 3 === 0 ? [] : [...Array(1 + (number % 9)).keys()].map((k) => 1 + k * 11);
  const fences = Array.from({ length: pointsEach }, (_, index) => line.issue(index + 1));
  const errors = failing.filter((point) => point <= completed);
  for (const point of errors) line.fail(point, foreign(100 + point));
  if (completed > line.completed) line.signal(completed);
  line.close(number % 2 === 0 ? undefined : foreign(71));
  const closed: Outcome = number % 2 === 0 ? 'ECANCELED' : 71;
  const forgotten = errors.at(-1 - recordsPerTimeline) ?? 0;
  return fences.map((fence, index) => {
    const point = index + 1;
    const reached: Outcome = errors.includes(point) ? 100 + point : 'done';
    return {
      handle: fence.handle,
      outcome: point <= completed ? reached : closed,
      mayBeUnknown: point <= forgotten,
    };
  });
}

function foreign(errno: number): FencelineError {
  return new FencelineError('EIO', 'The device says no.', { errno }) as FencelineError;
}

async function look(ask: (order: object) => Promise<unknown>, known: readonly Known[]): Promise<Outcome[]> {
  const answers = (await ask({ do: 'look', fences: known.map(({ handle }) => handle) })) as [string, Outcome?][];
  return answers.map(([status, error]) => error ?? status);
}

/** Which outcomes are wrong: neither what is known nor, where that is permitted, unknown. */
function wrong(known: readonly Known[], found: readonly Outcome[], isHeld: boolean): string[] {
  expect(found).toHaveLength(known.length);
  return known.flatMap(({ outcome, mayBeUnknown }, index) => {
    const is = found[index];
    const isRight = is === outcome || (is === 'EUNKNOWN' && (!isHeld || mayBeUnknown));
    return isRight ? [] : [`fence ${index} is ${is}, not ${outcome}`];
  });
}

describe('a hundred thousand fences', () => {
  test('of closed timelines answer exactly while held, then rightly or not at all', async () => {
    const space = Space.create({ budgetBytes: 2 ** 20, limits: { timelines: timelineCount + 24 } });
    const { worker, ask } = await start(space);
    const known: Known[] = [];
    for (let number = 0; number < timelineCount; number++) {
      const line = timeline(space, `line ${number}`);
      const fences = live(line, number);
      known.push(...fences);
      await ask({ do: 'hold', fences: fences.slice(-1).map(({ handle }) => handle) });
      line.dispose();
    }
    expect(known).toHaveLength(timelineCount * pointsEach);
    const reuse = (times: number): void => {
      for (let use = 0; use < times; use++) {
        using line = timeline(space, 'another');
        line.issue(pointsEach);
        line.signal(1 + (use % pointsEach));
      }
    };
    reuse(2000);
    const held = await look(ask, known);
    expect(wrong(known, held, true)).toEqual([]);
    // Overflow of the records never makes a failure a success, and it does happen here.
    expect(held.filter((outcome) => outcome === 'EUNKNOWN').length).toBeGreaterThan(1000);
    await ask({ do: 'letGo' });
    reuse(1500);
    const free = await look(ask, known);
    expect(wrong(known, free, false)).toEqual([]);
    expect(free.filter((outcome) => outcome === 'EUNKNOWN').length).toBeGreaterThan(90_000);
    expect(accounting(space).timelines).toBe(0);
    await end(space, worker);
  });

  test('of timelines whose signallers died answer exactly while held, then rightly or not at all', async () => {
    const space = Space.create({ budgetBytes: 2 ** 20, limits: { timelines: timelineCount + 24 } });
    const { worker: looker, ask: askLooker } = await start(space);
    const known: Known[] = [];
    const perWorker = timelineCount / 4;
    for (let died = 0; died < 4; died++) {
      const { worker, ask } = await start(space);
      const lines = (await ask({ do: 'lines', count: perWorker, points: pointsEach })) as Handle<Fence>[][];
      for (const [number, handles] of lines.entries()) {
        // The last ones are pending: the death of their signaller is their outcome.
        const completed = (number * 7) % pointsEach;
        await askLooker({ do: 'hold', fences: handles.slice(-1) });
        known.push(
          ...handles.map((handle, index) => ({
            handle,
            outcome: index < completed ? (index % 10 === 9 ? 200 + index : 'done') : 'EOWNERDEAD',
            mayBeUnknown: index < Math.floor(completed / 10) * 10 - recordsPerTimeline * 10,
          })),
        );
      }
      await worker.terminate();
    }
    expect(known).toHaveLength(timelineCount * pointsEach);
    // The proof of stop, and the repair.
    const last = space.open((known.at(-1) as Known).handle);
    expect((await last.settled({ timeoutMs: 10_000 })).status).toBe('failed');
    for (let use = 0; use < 500; use++) timeline(space, 'another').dispose();
    const held = await look(askLooker, known);
    expect(wrong(known, held, true)).toEqual([]);
    await askLooker({ do: 'letGo' });
    for (let use = 0; use < 1200; use++) {
      using line = timeline(space, 'another');
      line.issue(pointsEach);
      line.signal(1 + (use % pointsEach));
    }
    const free = await look(askLooker, known);
    expect(wrong(known, free, false)).toEqual([]);
    await end(space, looker);
  });
});

async function end(space: Space, worker: Worker): Promise<void> {
  worker.postMessage({ do: 'leave' });
  await once(worker, 'exit');
  await expectAtRest(space);
  await space.close({ abort: true });
}
