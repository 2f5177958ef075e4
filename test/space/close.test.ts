/** Closing a space with everything open in it: each wait ends, each callback runs once, nothing is touched afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fence, type FencelineError, Space } from 'fenceline';
import { expect, test } from 'vitest';
import { type JobsPool, startJobs } from '../pool/jobs-pool.ts';
import { smallLimits } from './with-space.ts';

const ended = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: FencelineError) => error.code ?? error.message,
  );

test('every wait in it ends, and says why', async () => {
  const space = Space.create({ budgetBytes: 8192, patienceMs: 20_000, limits: smallLimits });
  const pool: JobsPool = await startJobs(space, { count: 1 });
  const never = space.fence(new Promise(() => {}), 'never');
  const held = space.buffer('u8', [8000]);
  const other = space.buffer('i32', [100]);
  const small = space.buffer('i32', [1]);
  const map = await held.map('update');
  void space.transaction(async (tx) => {
    await tx.lock(small);
    await new Promise(() => {});
  });
  await sleep(5);
  let calls = 0;
  never.onSettled(() => calls++);
  const job = pool.run.sum({ src: small }, { after: never });
  const waits: [string, Promise<unknown>][] = [
    ['a fence', never.wait()],
    ['several', Fence.all([never, job]).wait()],
    ['a race', Fence.race([never])],
    ['a job', job.wait()],
    ['a mapping in use', held.get()],
    ['memory', other.set(new Int32Array(100))],
    ['a lock', space.transaction((tx) => tx.edit(small))],
    ['a draft', space.transaction((tx) => tx.edit(other))],
  ];
  const results = waits.map(async ([what, wait]) => [what, await ended(wait)]);
  await sleep(5);
  await space.close({ abort: true });
  for (const [what, how] of await Promise.all(results)) {
    expect(`${what}: ${how}`).toMatch(/: (EOWNERDEAD|EINVAL|ECANCELED|EINPUT|done)$/);
  }
  await sleep(5);
  expect(calls).toBe(1);
  map.dispose();
  for (const buffer of [held, other, small]) buffer.dispose();
}, 20_000);

test('what is left of it refuses or does nothing', async () => {
  const space = Space.create({ budgetBytes: 8192, limits: smallLimits });
  const pool = await startJobs(space, { count: 1 });
  const buffer = space.buffer('i32', [4], { label: 'late' });
  const job = pool.run.fill({ dst: buffer, with: 3 });
  const failing = pool.run.boom({ dst: [], word: 'before' });
  await failing.settled();
  const never = space.fence(new Promise(() => {}), 'never');
  await space.close();
  expect([job.status, failing.status, failing.error?.message]).toEqual([
    'done',
    'failed',
    'The kernel of boom threw: before',
  ]);
  expect(await job.wait()).toBeUndefined();
  expect(never).toMatchObject({ status: 'failed', error: { code: 'EOWNERDEAD' } });
  job.cancel();
  never.onSettled(() => {});
  expect(await ended(buffer.get())).toBe('EINVAL');
  expect(() => buffer.mapSync('read')).toThrow(/space of buffer 'late' is closed/);
  buffer.dispose();
  for (const call of [
    () => space.buffer('u8', [1]),
    () => space.open(buffer.handle),
    () => space.fence(Promise.resolve()),
    () => space.transactionSync(() => {}),
    () => pool.run.sum({ src: buffer }),
  ]) {
    expect(call).toThrow(/closed/);
  }
  expect(await ended(space.transaction(async () => {}))).toBe('EINVAL');
  await pool.close();
  await space.close();
});
