/** What becomes of a job that fails, and of those that depend on it. */
import { Fence, FencelineError } from 'fenceline';
import { expect, test } from 'vitest';
import { causeOfJob, errorOfJob } from '#fenceline/failure.js';
import type { JobFence } from '#fenceline/job.js';
import { coreOf } from '#fenceline/space.js';
import { whenInside, withJobs } from './jobs-pool.ts';

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

/** The messages from an error down to the first failure. */
function chainOf(error: unknown): string[] {
  const chain: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) chain.push(at.message);
  return chain;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30));
}

test('what a kernel throws is the error of its job, with message and stack', () =>
  withJobs({}, async (space, { run }) => {
    using dst = space.buffer('i32', [4]);
    const job = run.boom({ dst: [dst], word: 'too small' }, { label: 'sizing' });
    const error = await errorOf(job.wait());
    expect(FencelineError.is(error, 'EKERNEL')).toBe(true);
    expect(error.message).toBe('The kernel of sizing threw: too small');
    expect(error.details).toMatchObject({ job: 'sizing', kernel: 'boom' });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Error).stack).toContain('jobs.kernels');
    expect([job.status, job.error]).toEqual(['failed', error]);
  }));

test('what depends on a failed job fails with the chain of causes, and does not hang', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [4], { label: 'a' });
    using b = space.buffer('i32', [4], { label: 'b' });
    run.boom({ dst: [a], word: 'the first' });
    run.copy({ src: a, dst: b });
    const last = run.sum({ src: b });
    const error = await errorOf(last.wait());
    expect(error.code).toBe('EINPUT');
    expect(chainOf(error).length).toBeGreaterThanOrEqual(3);
    expect(chainOf(error).at(-1)).toBe('the first');
    expect(error.message).toContain("'b'");
  }));

test('the chain is whole however late somebody looks', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [4], { label: 'a' });
    await run.boom({ dst: [a], word: 'long ago' }).settled();
    await settle();
    const read = await errorOf(a.get());
    expect(read.code).toBe('EINPUT');
    expect(chainOf(read).at(-1)).toBe('long ago');
    const job = await errorOf(run.sum({ src: a }).wait());
    expect(chainOf(job).at(-1)).toBe('long ago');
    const tx = await errorOf(space.transaction((open) => open.read(a)));
    expect(tx.code).toBe('EINPUT');
    expect(chainOf(tx).at(-1)).toBe('long ago');
  }));

test('the words of an error go with its job: nobody takes those of another for them', () =>
  withJobs({}, async (space, { run }) => {
    const core = coreOf(space);
    const job = run.boom({ dst: [], word: 'mine' }) as unknown as JobFence<unknown>;
    await job.settled();
    expect(errorOfJob(core.agent, job.slot, job.seqno)).toBeUndefined();
    expect(causeOfJob(core, job.slot, job.seqno, 'EKERNEL').message).toContain('mine');
    expect(causeOfJob(core, job.slot, job.seqno + 1, 'EKERNEL').message).not.toContain('mine');
  }));

test('a fence named in after that fails is the cause of its dependents failure', () =>
  withJobs({}, async (space, { run }) => {
    using meter = space.buffer('i32', [4]);
    const gate = space.fence(Promise.reject(new Error('no network')), 'fetch');
    const error = await errorOf(run.note({ meter, number: 1 }, { after: gate }).wait());
    expect(error.code).toBe('EINPUT');
    expect(chainOf(error).at(-1)).toBe('no network');
    const boom = run.boom({ dst: [], word: 'upstream' });
    const second = await errorOf(run.note({ meter, number: 2 }, { after: boom }).wait());
    expect(chainOf(second).at(-1)).toBe('upstream');
    expect((await meter.get())[0]).toBe(0);
  }));

test('a full write heals a buffer, one of some rows does not', () =>
  withJobs({}, async (space, { run }) => {
    using a = space.buffer('i32', [4, 1]);
    const spoil = async (): Promise<void> => {
      using copy = space.buffer('i32', [4]);
      await run.boom({ dst: [copy], word: 'x' }).settled();
    };
    await spoil();
    using flat = space.buffer('i32', [4]);
    run.boom({ dst: [flat], word: 'x' });
    run.fill({ dst: flat, with: 1 });
    expect([...(await flat.get())]).toEqual([1, 1, 1, 1]);
    run.boom({ dst: [flat], word: 'x' });
    expect((await errorOf(run.add({ dst: flat, by: 1 }).wait())).code).toBe('EINPUT');
    using half = flat.rows(0, 2);
    expect((await errorOf(half.set([1, 2]))).code).toBe('EINPUT');
    await flat.set([1, 2, 3, 4]);
    run.add({ dst: flat, by: 1 });
    expect([...(await flat.get())]).toEqual([2, 3, 4, 5]);
    await a.set([1, 2, 3, 4]);
  }));

test('one part of a split that throws fails the job and asks the others to stop', () =>
  withJobs({}, async (space, { run }) => {
    using dst = space.buffer('i32', [4]);
    const began = performance.now();
    const error = await errorOf(run.boomPart({ dst, at: 0 }).wait());
    expect(error.message).toContain('part at 0');
    // The other part would go on for twenty seconds.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect((await errorOf(dst.get())).code).toBe('EINPUT');
  }));

test('a result that cannot travel is an error that names it', () =>
  withJobs({}, async (_space, { run }) => {
    const error = await errorOf(run.odd({}).wait());
    expect(error.code).toBe('EINVAL');
    expect(error.message).toMatch(/function/);
  }));

test.each([
  ['a text', 'value', 'just text'],
  [undefined, 'value', 'undefined'],
  [null, 'value', 'null'],
  [{ code: 7 }, 'value', '[object Object]'],
  [1n, 'function', '() => what'],
  [0, 'cycle', 'around'],
])('a kernel may throw anything (%s, %s), and the job fails with it', (what, kind, text) =>
  withJobs({}, async (_space, { run }) => {
    const sent = what === 'a text' ? text : what;
    const error = await errorOf(run.throwIt({ what: sent, kind }).wait());
    expect([error.code, error.message]).toEqual(['EKERNEL', `The kernel of throwIt threw: ${text}`]);
  }),
);

test('words and results that find no room are dropped or refused by the limit, never taken for success', () =>
  withJobs({ limits: { chunks: 8, jobs: 8, buffers: 8 } }, async (_space, { run }) => {
    const result = await errorOf(run.long({ length: 20_000 }).wait());
    expect([result.code, result.message]).toEqual(['ENOSPC', expect.stringMatching(/chunks \(8\)/)]);
    expect((await errorOf(run.throwIt({ what: 0, kind: 'long' }).wait())).code).toBe('EKERNEL');
    expect(await run.long({ length: 3000 }).wait()).toHaveLength(3000);
  }));

test('cancelling a running job is seen in the middle of its loop', () =>
  withJobs({}, async (space, { run }) => {
    using meter = space.buffer('i32', [2]);
    using dst = space.buffer('i32', [1]);
    const job = run.gate({ meter, dst: [dst] });
    await whenInside(meter);
    job.cancel(new Error('not needed'));
    const error = await errorOf(job.wait());
    expect(error.code).toBe('ECANCELED');
    expect(chainOf(error).at(-1)).toBe('not needed');
    expect((await errorOf(dst.get())).code).toBe('EINPUT');
  }));

test('cancelling a queued job keeps it from running', () =>
  withJobs({ count: 1 }, async (space, { run }) => {
    using meter = space.buffer('i32', [4]);
    using gate = space.buffer('i32', [2]);
    const held = run.gate({ meter: gate, dst: [] });
    await whenInside(gate);
    const queued = run.note({ meter, number: 1 });
    queued.cancel();
    held.cancel();
    expect((await errorOf(queued.wait())).code).toBe('ECANCELED');
    await held.settled();
    expect((await meter.get())[0]).toBe(0);
  }));

test('cancelling a job that is over does nothing, to it or to those that came later', () =>
  withJobs({}, async (_space, { run }) => {
    const echo = { it: 1, f: 0, d: 0, i: 0, u: 0, is: false };
    const jobs = Array.from({ length: 20 }, () => run.echo(echo));
    await Fence.all(jobs).wait();
    await settle();
    const later = Array.from({ length: 20 }, () => run.echo(echo));
    for (const job of jobs) job.cancel();
    for (const job of later) expect((await job.settled()).status).toBe('done');
    for (const job of jobs) expect(job.status).toBe('done');
  }));

test('a signal stops the job, also one that was aborted before; a wait has its own', () =>
  withJobs({ count: 1 }, async (space, { run }) => {
    using meter = space.buffer('i32', [2]);
    const stop = new AbortController();
    const job = run.gate({ meter, dst: [] }, { signal: stop.signal });
    const wait = new AbortController();
    const waiting = errorOf(job.wait({ signal: wait.signal }));
    wait.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    expect(job.status).toBe('pending');
    stop.abort(new Error('stop it'));
    const error = await errorOf(job.wait());
    expect([error.code, chainOf(error).at(-1)]).toEqual(['ECANCELED', 'stop it']);
    expect(() => run.gate({ meter, dst: [] }, { signal: stop.signal })).toThrow('stop it');
  }));

test('a time-out says so in numbers and cancels nothing', () =>
  withJobs({}, async (space, { run }) => {
    using meter = space.buffer('i32', [2]);
    using dst = space.buffer('i32', [1]);
    const job = run.gate({ meter, dst: [dst] }, { label: 'slow one' });
    const error = await errorOf(job.wait({ timeoutMs: 20 }));
    expect(error.code).toBe('ETIME');
    expect(error.message).toMatch(/slow one.*20 ms/);
    expect(await job.settled({ timeoutMs: 5 })).toEqual({ status: 'pending' });
    expect(() => job.waitSync({ timeoutMs: 5 })).toThrow(/5 ms/);
    const get = await errorOf(dst.get({ timeoutMs: 20 }));
    expect([get.code, get.message]).toEqual(['ETIME', expect.stringMatching(/20 ms/)]);
    const tx = await errorOf(space.transaction((open) => open.read(dst), { timeoutMs: 25 }));
    expect([tx.code, tx.message]).toEqual(['ETIME', expect.stringMatching(/25 ms/)]);
    expect(job.status).toBe('pending');
    using poke = await meter.map('read');
    Atomics.store(poke.data as unknown as Int32Array, 1, 1);
    expect(await job.wait()).toBe(false);
    expect([...(await dst.get())]).toEqual([7]);
  }));

test('a time-out that is not a number of milliseconds from 0 on is refused', () =>
  withJobs({}, async (_space, { run }) => {
    const job = run.boom({ dst: [], word: '' });
    expect((await errorOf(job.wait({ timeoutMs: -1 }))).code).toMatch(/EINVAL|EKERNEL/);
    await job.settled();
  }));

test('an error that nobody asks about is told once, by event', () =>
  withJobs({}, async (space, { run }) => {
    const told: string[] = [];
    using _off = space.on('unobserved', (error) => told.push(error.message));
    run.boom({ dst: [], word: 'silent' });
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await settle();
    expect(told).toEqual(['The kernel of boom threw: silent']);
  }));

test('an error that somebody asked about is not told by event', () =>
  withJobs({}, async (space, { run }) => {
    const told: string[] = [];
    using _off = space.on('unobserved', (error) => told.push(error.message));
    using a = space.buffer('i32', [4]);
    using meter = space.buffer('i32', [4]);
    const boom = (word: string) => run.boom({ dst: [], word });
    await boom('settled').settled();
    await errorOf(Fence.all([boom('all')]).wait());
    await Fence.race([boom('race')]);
    const looked = boom('status');
    while (looked.status === 'pending') await settle();
    let calls = 0;
    boom('onSettled').onSettled(() => calls++);
    await run.note({ meter, number: 1 }, { after: boom('after') }).settled();
    run.boom({ dst: [a], word: 'read' });
    await errorOf(a.get());
    run.boom({ dst: [a], word: 'dependent' });
    await run.sum({ src: a }).settled();
    run.boom({ dst: [a], word: 'transaction' });
    await errorOf(space.transaction((tx) => tx.read(a)));
    await expect.poll(() => calls, { timeout: 20_000 }).toBe(1);
    await settle();
    expect(told).toEqual([]);
  }));

test('a job may be run again after a crash if it replaces what it writes', () =>
  withJobs({}, async (space, { run }) => {
    const crashes: boolean[] = [];
    using _off = space.on('crash', ({ replaced }) => crashes.push(replaced));
    using dst = space.buffer('i32', [4]);
    using meter = space.buffer('i32', [1]);
    run.crashOnce({ dst, meter }, { retries: 1 });
    expect([...(await dst.get())]).toEqual([5, 5, 5, 5]);
    // Who waited may have found out that the thread is gone before its end is told.
    await expect.poll(() => crashes, { timeout: 20_000 }).toEqual([true]);
  }));

test('forbids a second run in place, and of a job that did not ask for it', () =>
  withJobs({}, async (space, { run }) => {
    using dst = space.buffer('i32', [4]);
    using meter = space.buffer('i32', [1]);
    const once = await errorOf(run.crashOnce({ dst, meter }).wait());
    expect(once.code).toBe('EOWNERDEAD');
    await dst.set([1, 1, 1, 1]);
    const place = await errorOf(run.crashInPlace({ dst }).wait());
    expect(place.code).toBe('EOWNERDEAD');
    expect((await errorOf(dst.get())).code).toBe('EINPUT');
    // @ts-expect-error  no retries where a kernel updates in place
    expect(() => run.add({ dst, by: 1 }, { retries: 1 })).toThrow(/updates in place/);
    run.fill({ dst, with: 4 });
    expect([...(await dst.get())]).toEqual([4, 4, 4, 4]);
  }));
