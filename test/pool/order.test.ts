/** Order follows from the buffers: who overlaps, who excludes whom, what `after` and priorities add. */
import { Fence } from 'fenceline';
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { jobsModule, startJobs, whenInside, withJobs } from './jobs-pool.ts';

test('permits two readers of one buffer at once', () =>
  withJobs({}, async (space, { run }) => {
    using at = space.buffer('i32', [4]);
    using meter = space.buffer('i32', [4]);
    const jobs = [run.meet({ at, meter, until: 2 }), run.meet({ at, meter, until: 2 })];
    expect(await Promise.all(jobs.map((job) => job.wait()))).toEqual([2, 2]);
  }));

test('forbids two writers of one buffer at once', () =>
  withJobs({}, async (space, { run }) => {
    using at = space.buffer('i32', [1]);
    using meter = space.buffer('i32', [4]);
    for (let job = 0; job < 12; job++) run.alone({ at, meter, ms: 4 });
    expect([...(await at.get())]).toEqual([12]);
    expect((await meter.get())[1]).toBe(1);
  }));

test('forbids a reader while a writer is at work, in order of submission', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [1000]);
    const sums = Array.from({ length: 20 }, (_, round) => {
      run.fill({ dst: a, with: round });
      return run.sum({ src: a });
    });
    expect(await Promise.all(sums.map((job) => job.wait()))).toEqual(sums.map((_, round) => round * 1000));
  }));

test('a chain over several buffers computes what one thread computes', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [64]);
    using b = a.like();
    using c = a.like();
    await a.set(Array.from({ length: 64 }, (_, at) => at));
    for (let round = 0; round < 30; round++) {
      run.copy({ src: a, dst: b });
      run.add({ dst: b, by: round });
      run.copy({ src: b, dst: c });
      run.copy({ src: c, dst: a });
    }
    const expected = Array.from({ length: 64 }, (_, at) => at + (29 * 30) / 2);
    expect([...(await a.get())]).toEqual(expected);
  }));

test('permits a later job that conflicts with nothing to overtake', () =>
  withJobs({}, async (space, { run }) => {
    using gate = space.buffer('i32', [2]);
    using slow = space.buffer('i32', [8]);
    using quick = slow.like();
    const held = run.gate({ meter: gate, dst: [slow] });
    const behind = run.sum({ src: slow });
    run.fill({ dst: quick, with: 3 });
    expect(await run.sum({ src: quick }).wait()).toBe(24);
    expect([held.status, behind.status]).toEqual(['pending', 'pending']);
    held.cancel();
    expect((await behind.settled()).status).toBe('failed');
    expect((await held.settled()).status).toBe('failed');
  }));

test('forbids a job to run before the fences named in after', () =>
  withJobs({}, async (space, { run }) => {
    using meter = space.buffer('i32', [8]);
    let open = (): void => {};
    const gate = space.fence(new Promise<void>((resolve) => (open = resolve)), 'gate');
    const held = run.note({ meter, number: 1 }, { after: gate });
    const behind = run.note({ meter, number: 2 }, { after: [gate, held] });
    await run.note({ meter, number: 3 }).wait();
    expect([held.status, behind.status]).toEqual(['pending', 'pending']);
    open();
    await Fence.all([held, behind]).wait();
    expect([...(await meter.get()).subarray(0, 4)]).toEqual([3, 3, 1, 2]);
  }));

test('the higher priority runs first, and equal ones in order of submission', () =>
  withJobs({ count: 1 }, async (space, { run }) => {
    using meter = space.buffer('i32', [16]);
    using gate = space.buffer('i32', [2]);
    const held = run.gate({ meter: gate, dst: [] });
    await whenInside(gate);
    const jobs = [0, 5, -3, 5, 0].map((priority, number) => run.note({ meter, number }, { priority }));
    held.cancel();
    await Promise.all(jobs.map((job) => job.wait()));
    expect((await held.settled()).status).toBe('failed');
    expect([...(await meter.get()).subarray(1, 6)]).toEqual([1, 3, 0, 4, 2]);
  }));

test('a split job is cut into parts that together are all rows, with one result each', () =>
  withJobs({}, async (space, { run }) => {
    using dst = space.buffer('i32', [7, 3]);
    const parts = await run.rowsOf({ dst }).wait();
    expect(parts).toEqual([
      { from: 0, rows: 3 },
      { from: 3, rows: 4 },
    ]);
    expect([...(await dst.get())]).toEqual([...Array(9).fill(0), ...Array(12).fill(3)]);
    using one = space.buffer('i32', [1, 3]);
    expect(await run.rowsOf({ dst: one }).wait()).toEqual([{ from: 0, rows: 1 }]);
  }));

test('split parameters are cut alike', () =>
  withJobs({}, async (space, { run }) => {
    using src = space.buffer('i32', [9, 4]);
    using dst = space.buffer('i32', [9, 1]);
    await src.set(Array.from({ length: 36 }, (_, at) => at));
    expect(await run.rowSums({ src, dst }).wait()).toBeUndefined();
    expect([...(await dst.get())]).toEqual(Array.from({ length: 9 }, (_, row) => row * 16 + 6));
  }));

test('rows order with the whole buffer, and show their rows only', () =>
  withJobs({}, async (space, { run }) => {
    using whole = space.buffer('i32', [6, 2]);
    await whole.set(Array.from({ length: 12 }, (_, at) => at));
    using middle = whole.rows(2, 4);
    expect(middle.shape).toEqual([2, 2]);
    run.rowsOf({ dst: middle });
    expect([...(await whole.get())]).toEqual([0, 1, 2, 3, 0, 0, 1, 1, 8, 9, 10, 11]);
    using inner = middle.rows(1, 2);
    await inner.set([50, 51]);
    expect([...(await whole.get())]).toEqual([0, 1, 2, 3, 0, 0, 50, 51, 8, 9, 10, 11]);
    expect([...(await inner.get())]).toEqual([50, 51]);
  }));

test('many takes any number of buffers, none too', () =>
  withJobs({}, async (space, { run }) => {
    const all = Array.from({ length: 5 }, () => space.buffer('i32', [2]));
    await Promise.all(all.map((one, at) => one.set([at, 10])));
    expect(await run.sumMany({ all }).wait()).toEqual([10, 11, 12, 13, 14]);
    expect(await run.sumMany({ all: [] }).wait()).toEqual([]);
    for (const one of all) one.dispose();
  }));

test('values and scalars arrive as they left, and results come back', () =>
  withJobs({}, async (_space, { run }) => {
    const it = {
      text: 'ä€😀',
      list: [1, null, undefined, -0],
      big: 2n ** 70n,
      bytes: new Uint8Array([1, 2]),
      map: new Map([[1, new Set(['x'])]]),
    };
    const result = await run.echo({ it, f: 0.1, d: 0.1, i: -5, u: 4e9, is: true }).wait();
    expect(result.it).toEqual(it);
    expect(result).toMatchObject({ d: 0.1, i: -5, u: 4e9, is: true });
    expect(result.f).toBeCloseTo(0.1);
    const long = { text: 'y'.repeat(200_000) };
    expect((await run.echo({ it: long, f: 0, d: 0, i: 0, u: 0, is: false }).wait()).it).toEqual(long);
  }));

test('an asynchronous kernel ends when its promise does', () =>
  withJobs({}, async (space, { run }) => {
    using dst = space.buffer('i32', [3]);
    const job = run.later({ dst, ms: 20 });
    expect([...(await dst.get())]).toEqual([20, 20, 20]);
    expect(await job.wait()).toBe(20);
    const failed = await run.laterBoom({ ms: 5 }).settled();
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'EKERNEL' } });
  }));

test('a kernel may use the space of its job: buffers, transactions, mappings', () =>
  withJobs({}, async (_space, { run }) => {
    expect(await run.inside({ count: 10 }).wait()).toBe(145);
  }));

test('jobs submitted before finish while their thread blocks', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [8]);
    using meter = space.buffer('i32', [16]);
    const map = await meter.map('read');
    const words = map.data as unknown as Int32Array;
    for (let round = 0; round < 10; round++) run.add({ dst: a, by: 1 });
    const last = run.sum({ src: a }, { label: 'last' });
    const noted = run.note({ meter, number: 9 }, { after: last });
    // Nothing of this thread runs until the last job has written here.
    const deadline = performance.now() + 20_000;
    while (Atomics.load(words, 1) === 0 && performance.now() < deadline) Atomics.wait(words, 1, 0, 5);
    expect(words[1]).toBe(9);
    map.dispose();
    expect(await last.wait()).toBe(80);
    await noted.wait();
  }));

test('waitSync blocks until the job is over and gives its result', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [8]);
    run.fill({ dst: a, with: 2 });
    expect(run.sum({ src: a }).waitSync()).toBe(16);
    expect(() => run.boom({ dst: [], word: 'sync' }).waitSync()).toThrow(/sync/);
    using map = a.mapSync('update');
    map.data[0] = 5;
    map.dispose();
    expect(run.sum({ src: a }).waitSync({ timeoutMs: 4000 })).toBe(19);
  }));

test('two pools of one space order by the same buffers', () =>
  withSpace({}, async (space) => {
    const [one, other] = [await startJobs(space, { count: 1 }), await startJobs(space, { count: 1 })];
    using a = space.buffer('i32', [4]);
    for (let round = 0; round < 20; round++) (round % 2 === 0 ? one : other).run.add({ dst: a, by: 1 });
    expect([...(await a.get())]).toEqual([20, 20, 20, 20]);
    await one.close();
    await other.close();
    expect(jobsModule.href).toContain('jobs.kernels.js');
  }));
