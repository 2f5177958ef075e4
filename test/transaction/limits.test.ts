/** What a transaction waits for, with whom it shares its locks, and how it ends early without leaving anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Space, Transaction } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import { type Account, account, amounts, errorOf } from './accounts.ts';

/** Holds the lock of a buffer until told. */
async function hold(space: Space, buffer: Account): Promise<() => Promise<void>> {
  let open = (): void => {};
  const holder = space.transaction(async (tx) => {
    await tx.lock(buffer);
    await new Promise<void>((resolve) => {
      open = resolve;
    });
  });
  await sleep(5);
  return () => {
    open();
    return holder;
  };
}

describe('calls of one body', () => {
  test('several at once take turns, also under contention', () =>
    withSpace({}, async (space) => {
      const accounts = await Promise.all([1, 2, 3].map((amount) => account(space, amount)));
      const bump = (order: readonly number[]) =>
        space.transaction(async (tx) => {
          const views = await Promise.all(order.map((at) => tx.edit(accounts[at] as Account)));
          await sleep(1);
          for (const view of views) view.data[0] = (view.data[0] ?? 0) + 1;
        });
      await Promise.all([bump([0, 1, 2]), bump([2, 1, 0]), bump([1, 0, 2]), bump([2, 0, 1])]);
      expect(await amounts(accounts)).toEqual([5, 6, 7]);
      for (const one of accounts) one.dispose();
    }));

  test('one that the body did not wait for is stopped, and nothing is published', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      using b = await account(space, 1);
      const release = await hold(space, b);
      const careless = space.transaction(async (tx) => {
        (await tx.edit(a)).data[0] = 99;
        void tx.edit(b);
      });
      const failed = errorOf(careless);
      await sleep(5);
      await release();
      expect((await failed).message).toMatch(/await every call/);
      expect(await amounts([a, b])).toEqual([1, 1]);
      expect(accounting(space)).toMatchObject({ tickets: 0, locks: 0 });
    }));

  test('a body that fails while another call of it waits leaves no lock behind', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      using b = await account(space, 1);
      const release = await hold(space, b);
      const failing = space.transaction((tx) => Promise.all([tx.edit(b), Promise.reject(new Error('elsewhere'))]));
      expect((await errorOf(failing)).message).toBe('elsewhere');
      await release();
      await space.transaction((tx) => tx.lock(a, b), { timeoutMs: 1000 });
    }));
});

describe('with jobs and fences', () => {
  test('a job with the option tx runs under the locks of the transaction', () =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [4]);
      using b = a.like();
      await space.transaction(async (tx) => {
        await tx.lock(a, b);
        run.fill({ dst: a, with: 3 }, { tx });
        const job = run.copy({ src: a, dst: b }, { tx });
        await job.wait({ timeoutMs: 5000 });
        expect((await tx.read(b)).data[0]).toBe(3);
      });
      expect([...(await b.get())]).toEqual([3, 3, 3, 3]);
    }));

  test('forbids a job to use a buffer that has a draft, and a transaction that is over or none', () =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [4]);
      await space.transaction(async (tx) => {
        await tx.edit(a);
        expect(() => run.sum({ src: a }, { tx })).toThrow(/has a draft/);
      });
      const stale = await space.transaction(async (tx) => [tx]);
      expect(() => run.sum({ src: a }, { tx: stale[0] as Transaction })).toThrow(/is over/);
      expect(() => run.sum({ src: a }, { tx: {} as Transaction })).toThrow(/not a transaction/);
    }));

  test('a fence that is added is waited for by those who come later', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      let open = (): void => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const work = space.fence(opened, 'foreign');
      await space.transaction(async (tx) => {
        expect(() => tx.addFence(a, work, 'write')).toThrow(/not locked/);
        await tx.lock(a);
        tx.addFence(a, work, 'write');
      });
      expect((await errorOf(a.get({ timeoutMs: 20 }))).code).toBe('ETIME');
      open();
      expect((await a.get())[0]).toBe(1);
    }));

  test('a buffer that is disposed of in its own transaction stays until the end', () =>
    withSpace({}, async (space) => {
      const a = await account(space, 1);
      await space.transaction(async (tx) => {
        const draft = await tx.edit(a);
        a.dispose();
        draft.data[0] = 4;
      });
      expect((await errorOf(space.transaction((tx) => tx.edit(a)))).code).toBe('EINVAL');
    }));

  test.each(['read', 'edit', 'lock'] as const)(
    'a transaction comes after jobs that were submitted before it and still wait for memory (%s)',
    (how) =>
      withJobs({ budgetBytes: 8192, patienceMs: 5000 }, async (space, { run }) => {
        const held = space.buffer('u8', [6144]);
        await held.set(new Uint8Array(6144));
        using a = space.buffer('i32', [500], { label: 'a' });
        const b = a.like();
        await b.set(new Int32Array(500));
        const job = run.copy({ src: b, dst: a });
        const after = run.fill({ dst: a, with: 7 });
        const seen = space.transaction(async (tx) => {
          if (how === 'lock') await tx.lock(a);
          return how === 'edit' ? (await tx.edit(a)).data[499] : (await tx.read(a)).data[499];
        });
        await sleep(20);
        expect([job.status, after.status]).toEqual(['pending', 'pending']);
        held.dispose();
        b.dispose();
        expect(await seen).toBe(7);
        expect(space.transactionSync((tx) => tx.read(a).data[0])).toBe(7);
      }),
  );

  test('with all tickets of a thread open, jobs go on, and one transaction more is refused by the name of the limit', () =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [4]);
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const waiting = Array.from({ length: 16 }, () => space.transaction(() => gate));
      run.fill({ dst: a, with: 2 });
      expect((await a.get())[3]).toBe(2);
      const refused = await errorOf(space.transaction(async () => {}));
      expect([refused.code, refused.message]).toEqual(['ENOSPC', expect.stringMatching(/tickets \(16\)/)]);
      open();
      await Promise.all(waiting);
      await space.transaction(async () => {});
    }));
});

describe('limits', () => {
  test('a time-out and a signal end the wait for a lock, and leave nothing', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      const release = await hold(space, a);
      const late = await errorOf(space.transaction((tx) => tx.edit(a), { timeoutMs: 25 }));
      expect([late.code, late.message]).toEqual(['ETIME', expect.stringMatching(/25 ms/)]);
      const stop = new AbortController();
      const stopped = errorOf(space.transaction((tx) => tx.edit(a), { signal: stop.signal }));
      stop.abort(new Error('stop'));
      expect((await stopped).message).toBe('stop');
      expect(() => space.transactionSync((tx) => tx.lock(a))).toThrow(/this very thread/);
      await release();
      expect((await errorOf(space.transaction(async () => {}, { signal: stop.signal }))).message).toBe('stop');
      expect(await amounts([a])).toEqual([1]);
    }));

  test('forbids to publish in a space that was closed meanwhile', async () => {
    const { Space } = await import('fenceline');
    const space = Space.create({ budgetBytes: 2 ** 20 });
    const a = await account(space, 1);
    let [begin, end] = [(): void => {}, (): void => {}];
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const late = space.transaction(async (tx) => {
      (await tx.edit(a)).data[0] = 2;
      begin();
      await ended;
    });
    const failed = errorOf(late);
    await begun;
    await space.close();
    end();
    expect((await failed).message).toMatch(/closed/);
  });

  test('placing takes memory in a heap that exists', () =>
    withSpace({}, async (space) => {
      using a = space.buffer('i32', [1]);
      await space.transaction((tx) => tx.place(a, ['system']));
      expect(a.isIn('system')).toBe(true);
      expect((await errorOf(space.transaction((tx) => tx.place(a, ['gpu'])))).code).toBe('ENOENT');
    }));

  test('a draft that does not fit is refused with who holds the memory', () =>
    withSpace({ budgetBytes: 8192, patienceMs: 60 }, async (space) => {
      using a = space.buffer('u8', [5000], { label: 'large' });
      await a.set(new Uint8Array(5000));
      const error = await errorOf(space.transaction((tx) => tx.edit(a)));
      expect([error.code, error.message]).toEqual(['ENOMEM', expect.stringMatching(/large.*5000 bytes.*60 ms/)]);
      expect(() => space.transactionSync((tx) => tx.edit(a))).toThrow(/60 ms/);
      expect(accounting(space)).toMatchObject({ blocks: 1, locks: 0, tickets: 0 });
    }));
});
