/** Transactions that are open are named: those that never end, and those that a job waits for. */

import type { FencelineError, Job, Space } from 'fenceline';
import { wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { giveUp, tryAsWorker } from '../pool/as-worker.ts';
import { withJobs } from '../pool/jobs-pool.ts';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import { account, errorOf } from './accounts.ts';

describe('space.describe()', () => {
  test('names a transaction that does not end, with its locks, as long as it is open', () =>
    withSpace({}, async (space) => {
      using photo = space.buffer('u8', [4], { label: 'photo' });
      using index = wwLock(space, 'index');
      let leave = (): void => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const open = space.transaction(
        async (tx) => {
          await tx.lock(photo, index);
          await left;
        },
        { label: 'forgotten' },
      );
      await expect
        .poll(() => space.describe())
        .toMatch(/transaction forgotten: open for \d+ ms, in run 1, holds photo, index$/m);
      leave();
      await open;
      expect(space.describe()).not.toMatch(/forgotten/);
      expect(space.describe()).toMatch(/transactions of this thread: 1 done, 0 failed, 0 retries, at most 0 of one/);
    }));
});

describe('space.transactionStats', () => {
  test('counts what was published, what failed, and retries', () =>
    withSpace({ debug: { contend: 2 } }, async (space) => {
      using a = await account(space, 1);
      using b = await account(space, 1);
      expect(space.transactionStats).toEqual({ done: 0, failed: 0, retries: 0, retriesMax: 0 });
      await space.transaction((tx) => tx.lock(a, b));
      space.transactionSync((tx) => tx.lock(a, b));
      expect(() =>
        space.transactionSync(() => {
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(space.transactionStats).toEqual({ done: 2, failed: 1, retries: 2, retriesMax: 1 });
    }));

  test('does not count a transaction that could not begin, which leaves nothing behind', () =>
    withSpace({}, async (space) => {
      expect((await errorOf(space.transaction(async () => {}, { timeoutMs: -1 }))).code).toBe('EINVAL');
      expect(() => space.transactionSync(() => {}, { timeoutMs: Number.NaN })).toThrow(/not a number of milliseconds/);
      expect(accounting(space).tickets).toBe(0);
      expect(space.transactionStats).toMatchObject({ done: 0, failed: 0 });
    }));
});

describe('a wait for a job that needs the locks of the transaction that waits', () => {
  const described = /transaction stuck: .*, holds a; 1 job waits for its locks/;

  /** Runs `wait` in a transaction that has the lock of a job: its error. The wait was the only thing in the way of the job. */
  const whileStuck = (wait: (space: Space, job: Job<void>) => Promise<FencelineError>): Promise<void> =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [4], { label: 'a' });
      const error = await space.transaction(
        async (tx) => {
          await tx.lock(a);
          return wait(space, run.fill({ dst: a, with: 3 }));
        },
        { label: 'stuck' },
      );
      expect(error.code).toBe('ETIME');
      expect(error.message).toMatch(
        /waits for a lock that the open transaction 'stuck' of this thread holds. Hint: .*'tx'/,
      );
      expect([...(await a.get())]).toEqual([3, 3, 3, 3]);
    });

  test('is told so when its time is up, and by describe() meanwhile', () =>
    whileStuck(async (space, job) => {
      await expect.poll(() => space.describe()).toMatch(described);
      return errorOf(job.wait({ timeoutMs: 20 }));
    }));

  test('is told so too while a worker is just trying to give the job its turn', () =>
    whileStuck(async (space, job) => {
      const attempt = tryAsWorker(space, job);
      expect(space.describe()).toMatch(described);
      expect(() => job.waitSync({ timeoutMs: 20_000 })).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      const late = await errorOf(job.wait({ timeoutMs: 5 }));
      giveUp(attempt);
      return late;
    }));

  test('is an error at once where it blocks', () =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [4]);
      space.transactionSync((tx) => {
        tx.lock(a);
        const job = run.fill({ dst: a, with: 4 });
        expect(() => job.waitSync({ timeoutMs: 5000 })).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      });
      expect([...(await a.get())]).toEqual([4, 4, 4, 4]);
    }));
});

test('a transaction that blocks waits neither for a lock of this very thread, nor for a job that waits for one', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4], { label: 'photo' });
    using other = space.buffer('u8', [4], { label: 'other' });
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const open = space.transaction(async (tx) => {
      await tx.lock(buffer);
      await left;
    });
    await expect.poll(() => accounting(space).locks).toBe(1);
    // The older one has it, so this one gives way, and would wait for it with nothing held.
    expect(() => space.transactionSync((tx) => tx.lock(other, buffer))).toThrow(
      expect.objectContaining({ code: 'EDEADLK' }),
    );
    const queued = buffer.set(new Uint8Array(4).fill(1));
    // It would come after the job, which comes after the transaction, which this thread has to end.
    for (const first of [buffer, other]) {
      const both = (): void => space.transactionSync((tx) => tx.lock(first, buffer));
      expect(both).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    }
    leave();
    await Promise.all([open, queued]);
    expect(space.transactionSync((tx) => [...tx.read(buffer).data])).toEqual([1, 1, 1, 1]);
  }));
