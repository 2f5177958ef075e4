/** Traces as Chrome draws them: what is in them, arrows, names, and what was lost. */
import { FencelineError, Space } from 'fenceline';
import { ticket, timeline, wwLock } from 'fenceline/sync';
import { type ChromeEvent, chromeTrace } from 'fenceline/trace';
import { expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { withSpace } from '../space/with-space.ts';

const traced = { traceEvents: 4096 };

function named(events: readonly ChromeEvent[], name: string | RegExp): readonly ChromeEvent[] {
  return events.filter((event) => (typeof name === 'string' ? event.name === name : name.test(event.name)));
}

/** Arrows of a category, each from one track to another. */
function arrowsOf(events: readonly ChromeEvent[], cat: string): readonly { from: ChromeEvent; to: ChromeEvent }[] {
  const starts = new Map(events.filter(({ ph, cat: is }) => ph === 's' && is === cat).map((one) => [one.id, one]));
  const ends = events.filter(({ ph, cat: is }) => ph === 'f' && is === cat);
  expect(ends).toHaveLength(starts.size);
  return ends.map((to) => {
    const from = starts.get(to.id);
    if (from === undefined) expect.fail(`The arrow ${String(to.id)} begins nowhere.`);
    return { from, to };
  });
}

test('a space without traceEvents traces nothing', () =>
  withSpace({}, async (space) => {
    using line = timeline(space, 'line');
    line.issue();
    line.signal();
    expect(chromeTrace(space)).toEqual({ traceEvents: [], lost: 0 });
  }));

test('limits.traceEvents turns tracing on as well', () =>
  withSpace({ limits: { traceEvents: 16 } }, async (space) => {
    using line = timeline(space, 'line');
    line.issue();
    expect(named(chromeTrace(space).traceEvents, 'issue line 1')).toHaveLength(1);
  }));

test('a point is seen from its promise to the wait that its signal ended, with an arrow', () =>
  withSpace(traced, async (space) => {
    using line = timeline(space, 'upload');
    const [, second] = [line.issue(), line.issue()];
    const waiting = second?.wait();
    line.signal();
    await waiting;
    const { traceEvents, lost } = chromeTrace(space);
    for (const name of ['issue upload 1', 'issue upload 2', 'signal upload 2', 'upload 2 is over']) {
      expect(named(traceEvents, name), name).toHaveLength(1);
    }
    const [begin, end] = named(traceEvents, 'wait for upload 2');
    expect([begin?.ph, end?.ph, begin?.id === end?.id]).toEqual(['b', 'e', true]);
    const [arrow, ...more] = arrowsOf(traceEvents, 'fence');
    expect(more).toEqual([]);
    expect(arrow?.from.ts).toBe(named(traceEvents, 'signal upload 2')[0]?.ts);
    expect(arrow?.to.ts).toBe(named(traceEvents, 'upload 2 is over')[0]?.ts);
    expect(named(traceEvents, 'callback').every(({ ph }) => ph === 'X')).toBe(true);
    expect(lost).toBe(0);
    expect(JSON.parse(JSON.stringify({ traceEvents, lost }))).toBeTruthy();
  }));

test('a signal past the point that is waited for ends the wait as well', () =>
  withSpace(traced, async (space) => {
    using line = timeline(space, 'line');
    const first = line.issue();
    const last = line.issue();
    const waiting = first.wait();
    line.signal(last);
    await waiting;
    const [arrow] = arrowsOf(chromeTrace(space).traceEvents, 'fence');
    expect(arrow?.from.ts).toBe(named(chromeTrace(space).traceEvents, 'signal line 2')[0]?.ts);
  }));

test('a failure shows its code, and so does closing', () =>
  withSpace(traced, async (space) => {
    using line = timeline(space, 'line');
    const failed = line.issue();
    line.fail(failed, new FencelineError('ENODEV', 'It is gone.', { device: 'x' }));
    const pending = line.issue();
    const settled = pending.settled();
    line.dispose();
    expect((await settled).status).toBe('failed');
    const { traceEvents } = chromeTrace(space);
    expect(named(traceEvents, 'fail line 1')[0]?.args).toEqual({ error: 'ENODEV' });
    expect(named(traceEvents, 'close line')[0]?.args).toEqual({ error: 'ECANCELED' });
    const [arrow] = arrowsOf(traceEvents, 'fence');
    expect(arrow?.from.ts).toBe(named(traceEvents, 'close line')[0]?.ts);
  }));

test('a wait that gave up has no arrow', () =>
  withSpace(traced, async (space) => {
    using line = timeline(space, 'line');
    const fence = line.issue();
    await fence.wait({ timeoutMs: 1 }).catch(() => {});
    const { traceEvents } = chromeTrace(space);
    expect(named(traceEvents, 'wait for line 1').map(({ ph }) => ph)).toEqual(['b', 'e']);
    expect(named(traceEvents, 'wait for line 1')[0]?.args).toEqual({ gaveUp: true });
    expect(arrowsOf(traceEvents, 'fence')).toEqual([]);
  }));

test('jobs are drawn where they ran, with arrows from their call and to those who wait', () =>
  withJobs({ ...traced, count: 2 }, async (space, { run }) => {
    using a = space.buffer('i32', [1000], { label: 'sums' });
    // Nothing runs before somebody waits for it.
    const mapping = await a.map('write');
    run.fill({ dst: a, with: 2 });
    const summing = run.sum({ src: a }).wait();
    mapping.dispose();
    expect(await summing).toBe(2000);
    const { traceEvents, lost } = chromeTrace(space);
    expect(lost).toBe(0);
    const [main] = named(traceEvents, 'submit sum');
    const ran = named(traceEvents, 'sum').filter(({ ph }) => ph === 'X');
    expect(ran).toHaveLength(1);
    expect(ran[0]?.tid).not.toBe(main?.tid);
    expect(ran[0]?.dur).toBeGreaterThan(0);
    const submitted = arrowsOf(traceEvents, 'job').filter(({ from }) => from.ts === main?.ts);
    expect(submitted.map(({ to }) => to.tid)).toEqual([ran[0]?.tid]);
    // From the worker that signalled to this thread, which waited.
    const [signalled] = named(traceEvents, 'signal sum');
    expect(signalled?.tid).toBe(ran[0]?.tid);
    const woken = arrowsOf(traceEvents, 'fence').filter(({ from }) => from.ts === signalled?.ts);
    expect(woken.map(({ to }) => to.tid)).toContain(main?.tid);
    expect(arrowsOf(traceEvents, 'fence').every(({ from, to }) => to.ts >= from.ts)).toBe(true);
    expect(named(traceEvents, 'hold sums').length).toBeGreaterThan(0);
    expect(named(traceEvents, 'thread_name').length).toBeGreaterThanOrEqual(2);
  }));

test('a wait that blocks is on the track of its thread, around its sleeps', () =>
  withJobs({ ...traced, count: 1 }, async (space, { run }) => {
    using at = space.buffer('i32', [1]);
    using meter = space.buffer('i32', [4]);
    run.alone({ at, meter, ms: 30 }).waitSync();
    const { traceEvents } = chromeTrace(space);
    const [wait] = named(traceEvents, 'wait for alone').filter(({ ph }) => ph === 'X');
    if (wait === undefined) expect.fail('The wait is not drawn.');
    const sleeps = named(traceEvents, 'sleep').filter(({ tid }) => tid === wait.tid);
    expect(sleeps.length).toBeGreaterThan(0);
    for (const { ts, dur } of sleeps) {
      expect(ts).toBeGreaterThanOrEqual(wait.ts);
      expect(ts + Number(dur)).toBeLessThanOrEqual(wait.ts + Number(wait.dur));
    }
  }));

test('a transaction that meets another shows whom it waited for', () =>
  withSpace(traced, async (space) => {
    using a = space.buffer('i32', [1], { label: 'a' });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isIn = (): void => {};
    const entered = new Promise<void>((resolve) => {
      isIn = resolve;
    });
    const first = space.transaction(async (tx) => {
      await tx.edit(a);
      isIn();
      await held;
    });
    await entered;
    const second = space.transaction(async (tx) => void (await tx.edit(a)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    await Promise.all([first, second]);
    const { traceEvents } = chromeTrace(space);
    const waits = named(traceEvents, 'wait for a').filter(({ cat }) => cat === 'lock');
    expect(waits.map(({ ph }) => ph)).toEqual(['b', 'e']);
    expect(named(traceEvents, 'hold a').length).toBeGreaterThanOrEqual(4);
  }));

test('a lock of users is drawn while a ticket holds it, by its number', () =>
  withSpace(traced, async (space) => {
    using lock = wwLock(space, 'mine');
    using holder = ticket(space);
    holder.lockSync(lock);
    holder.unlockAll();
    const held = named(chromeTrace(space).traceEvents, /^hold lock \d+$/);
    expect(held.map(({ ph }) => ph)).toEqual(['b', 'e']);
  }));

test('what the ring no longer holds is counted, and the latest events are kept', () =>
  withSpace({ traceEvents: 8 }, async (space) => {
    using line = timeline(space, 'line');
    for (let point = 1; point <= 100; point++) line.issue();
    const { traceEvents, lost } = chromeTrace(space);
    const kept = named(traceEvents, /^issue/);
    expect(kept.length).toBeGreaterThanOrEqual(8);
    expect(kept.length + lost).toBe(100);
    expect(kept.map(({ name }) => name)).toEqual(kept.map((_, at) => `issue line ${100 - kept.length + 1 + at}`));
    // It took nothing out.
    expect(chromeTrace(space).lost).toBe(lost);
  }));

test('points beyond 2^32 keep their numbers', () =>
  withSpace(traced, async (space) => {
    using line = timeline(space, 'line');
    const point = 2 ** 31 - 5;
    const numbers = [point, 2 * point, 3 * point];
    for (const number of numbers) line.signal(line.issue(number));
    const { traceEvents } = chromeTrace(space);
    expect(named(traceEvents, /^signal line/).map(({ name }) => name)).toEqual(numbers.map((n) => `signal line ${n}`));
  }));

test('a space that was closed cannot be asked', async () => {
  const space = Space.create({ budgetBytes: 2 ** 20, traceEvents: 4 });
  await space.close();
  expect(() => chromeTrace(space)).toThrow(/closed/);
});

test('what became of the memory of a buffer is drawn with its size and its heap', () =>
  withSpace(traced, async (space) => {
    const photo = space.buffer('u8', [1000], { label: 'photo' });
    await photo.set(new Uint8Array(1000));
    await space.transaction(async (tx) => {
      (await tx.edit(photo)).data[0] = 1;
    });
    photo.dispose();
    const { traceEvents } = chromeTrace(space);
    const drawn = traceEvents.filter(({ cat }) => cat === 'memory');
    expect(drawn.map(({ name }) => name)).toEqual(['place photo', 'publish photo', 'free photo']);
    expect(drawn[0]?.args).toEqual({ bytes: 1000, heap: 'system', start: 0 });
    expect(drawn[1]?.args).toEqual({ bytes: 1000, heap: 'system', start: 1024, from: 'system' });
    expect(drawn[2]?.args).toEqual({ bytes: 1000, heap: 'system', start: 1024 });
  }));

test('a buffer that makes room for another is drawn where it went, and where from', () =>
  withSpace({ ...traced, budgetBytes: 1024, heaps: [{ name: 'slow', sizeBytes: 4096 }] }, async (space) => {
    using old = space.buffer('u8', [1024], { label: 'old', heaps: ['system', 'slow'] });
    await old.set(new Uint8Array(1024));
    using young = space.buffer('u8', [1024], { label: 'young' });
    await young.set(new Uint8Array(1024));
    const [evicted, ...more] = named(chromeTrace(space).traceEvents, 'evict old');
    expect(more).toEqual([]);
    expect(evicted?.args).toEqual({ bytes: 1024, heap: 'slow', start: 0, from: 'system' });
  }));
