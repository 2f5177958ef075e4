/** Transactions: all or nothing, retried as a whole, whoever else is at the same buffers. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Transaction } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { smallLimits, withSpace } from '../space/with-space.ts';
import { type Account, account, amounts, errorOf, move, total } from './accounts.ts';

describe('all or nothing', () => {
  test('edits are published together when the body returns, and its result comes back', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 10);
      using b = await account(space, 0);
      const result = await space.transaction(async (tx) => {
        await move(tx, a, b, 4);
        expect(tx.attempt).toBe(1);
        return 'moved';
      });
      expect([result, ...(await amounts([a, b]))]).toEqual(['moved', 6, 4]);
    }));

  test('nothing is published when the body throws', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 3);
      using b = await account(space, 0);
      expect((await errorOf(space.transaction((tx) => move(tx, a, b, 4)))).message).toBe('refused');
      expect(await amounts([a, b])).toEqual([3, 0]);
      const body = (tx: Transaction<'sync'>): never => {
        tx.edit(a).data[0] = 99;
        throw new Error('no');
      };
      expect(() => space.transactionSync(body)).toThrow('no');
      expect(await amounts([a, b])).toEqual([3, 0]);
      expect(accounting(space)).toMatchObject({ blocks: 2, tickets: 0, locks: 0 });
    }));

  test('nothing is published when several drafts cannot be written down first', () =>
    withSpace({ limits: { ...smallLimits, chunks: 1 } }, async (space) => {
      const accounts = Array.from({ length: 129 }, () => space.buffer('i32', [1]));
      const edit = (count: number, amount: number) => (tx: Transaction<'sync'>) => {
        for (const one of accounts.slice(0, count)) tx.edit(one).data[0] = amount;
      };
      space.transactionSync(edit(128, 1));
      const refused = expect.objectContaining({
        code: 'ENOSPC',
        details: expect.objectContaining({ limit: 'chunks' }),
      });
      expect(() => space.transactionSync(edit(129, 2))).toThrow(refused);
      expect(total(await amounts(accounts))).toBe(128);
      expect(accounting(space)).toMatchObject({ blocks: 129, tickets: 0, locks: 0, chunks: 0 });
      for (const one of accounts) one.dispose();
    }));

  test('a draft is private until then, and reads of the same transaction see it', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      await space.transaction(async (tx) => {
        const draft = await tx.edit(a);
        draft.data[0] = 7;
        expect((await tx.read(a)).data[0]).toBe(7);
        expect((await tx.edit(a)).data[0]).toBe(7);
        expect((await errorOf(a.get({ timeoutMs: 20 }))).code).toBe('ETIME');
      });
      expect(await amounts([a])).toEqual([7]);
    }));

  test('views and the transaction are over with the body', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      const [tx, draft, view] = await space.transaction(
        async (open) => [open, await open.edit(a), await open.read(a)] as const,
      );
      expect(() => draft.data).toThrow(/is over/);
      expect(() => view.data).toThrow(/is over/);
      expect((await errorOf(tx.read(a))).code).toBe('EINVAL');
      expect(() => tx.savepoint()).toThrow(/is over/);
    }));

  test('a buffer that was never written is edited from zero', () =>
    withSpace({}, async (space) => {
      using a = space.buffer('i32', [1]);
      await space.transaction(async (tx) => {
        const draft = await tx.edit(a);
        expect(draft.data[0]).toBe(0);
        draft.data[0] = 2;
      });
      expect((await a.get())[0]).toBe(2);
    }));

  test('a window of a buffer is edited in its rows', () =>
    withSpace({}, async (space) => {
      using whole = space.buffer('i32', [4, 1]);
      await whole.set([1, 2, 3, 4]);
      using rows = whole.rows(1, 3);
      await space.transaction(async (tx) => void (await tx.edit(rows)).data.fill(9));
      expect([...(await whole.get())]).toEqual([1, 9, 9, 4]);
    }));

  test('who reads several buffers in a transaction sees all of another one, or nothing of it', () =>
    withSpace({}, async (space) => {
      const accounts = await Promise.all([10, 0, 0].map((amount) => account(space, amount)));
      const sums = new Set<number>();
      let isOver = false;
      const read = async (tx: Transaction): Promise<void> => {
        const views = await Promise.all(accounts.map((one) => tx.read(one)));
        sums.add(total(views.map((view) => view.data[0] ?? 0)));
      };
      const reader = (async () => {
        while (!isOver) await space.transaction(read);
      })();
      for (let round = 0; round < 50; round++) {
        const [from, to] = [accounts[round % 3] as Account, accounts[(round + 1) % 3] as Account];
        await space.transaction((tx) => move(tx, from, to, 10));
      }
      isOver = true;
      await reader;
      expect(sums).toEqual(new Set([10]));
      for (const one of accounts) one.dispose();
    }));
});

describe('retries', () => {
  test('contention at each lock in turn keeps the sum of 40 transfers exact', () =>
    withSpace({ debug: { contend: 'always' } }, async (space) => {
      const accounts = await Promise.all([100, 50, 25, 25].map((amount) => account(space, amount)));
      let [done, refused, runs] = [0, 0, 0];
      for (let transfer = 0; transfer < 40; transfer++) {
        const from = accounts[transfer % 4] as Account;
        const to = accounts[(transfer + 1 + (transfer % 3)) % 4] as Account;
        const body = (tx: Transaction): Promise<void> => {
          runs++;
          return move(tx, from, to, (transfer * 13) % 40);
        };
        await space.transaction(body).then(
          () => done++,
          () => refused++,
        );
      }
      expect(total(await amounts(accounts))).toBe(200);
      expect([done > 10, refused > 0, done + refused, runs]).toEqual([true, true, 40, 80]);
      for (const one of accounts) one.dispose();
    }));

  test('a catch of the users around a call does not swallow the retry', () =>
    withSpace({ debug: { contend: 2 } }, async (space) => {
      using a = await account(space, 10);
      using b = await account(space, 0);
      const attempts: number[] = [];
      await space.transaction(async (tx) => {
        attempts.push(tx.attempt);
        const debit = await tx.edit(a);
        debit.data[0] = (debit.data[0] ?? 0) - 1;
        try {
          const credit = await tx.edit(b);
          credit.data[0] = (credit.data[0] ?? 0) + 1;
        } catch {
          // Believed to be harmless.
        }
        await tx.read(a).catch(() => {});
      });
      expect(attempts).toEqual([1, 2]);
      expect(await amounts([a, b])).toEqual([9, 1]);
      space.transactionSync((tx) => {
        try {
          tx.edit(a).data[0] = 1;
          tx.edit(b).data[0] = 2;
        } catch {
          // Believed to be harmless, too.
        }
      });
      expect(await amounts([a, b])).toEqual([1, 2]);
    }));

  test('transfers of several threads, blocking and not, keep the sum exact', async () => {
    const seed = Date.now() % 100_000;
    await withSpace({}, async (space) => {
      const accounts = await Promise.all(Array.from({ length: 4 }, () => account(space, 100)));
      const url = new URL('../../build/test/transaction/transfers.agent.js', import.meta.url);
      const threads = [true, false, true].map((isSync, at) => {
        const handles = accounts.map(({ handle }) => handle);
        const workerData = { space: space.handle, accounts: handles, seed: seed + at, count: 120, isSync };
        return new Worker(url, { workerData });
      });
      const ended = threads.map((thread) => once(thread, 'message'));
      for (let transfer = 0; transfer < 60; transfer++) {
        const [from, to] = [accounts[transfer % 4] as Account, accounts[(transfer + 1) % 4] as Account];
        await space.transaction((tx) => move(tx, from, to, 5)).catch(() => {});
      }
      await Promise.all(ended);
      expect(total(await amounts(accounts))).toBe(400);
      for (const one of accounts) one.dispose();
      await Promise.all(threads.map((thread) => thread.terminate()));
    }).catch((cause: unknown) => {
      throw new Error(`seed ${seed}`, { cause });
    });
  });

  test('many transactions of one thread at the same time all get through', () =>
    withSpace({}, async (space) => {
      const accounts = await Promise.all([100, 100, 100].map((amount) => account(space, amount)));
      const transfers = Array.from({ length: 15 }, (_, at) => {
        const [from, to] = [accounts[at % 3] as Account, accounts[(at + 1) % 3] as Account];
        return space.transaction((tx) => move(tx, from, to, at));
      });
      await Promise.all(transfers);
      expect(total(await amounts(accounts))).toBe(300);
      for (const one of accounts) one.dispose();
    }));
});

describe('savepoints', () => {
  test('rolling back restores drafts, ends later views and gives back later locks', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      using b = await account(space, 1);
      await space.transaction(async (tx) => {
        const first = await tx.edit(a);
        first.data[0] = 2;
        const point = tx.savepoint();
        first.data[0] = 3;
        const second = await tx.edit(b);
        const again = await tx.edit(b);
        second.data[0] = 4;
        const later = tx.savepoint();
        tx.rollback(point);
        expect(first.data[0]).toBe(2);
        expect(() => second.data).toThrow(/is over/);
        expect(() => again.data).toThrow(/is over/);
        expect(() => tx.rollback(later)).toThrow(/savepoint/);
        // Free for others, at once.
        await b.set([8], { timeoutMs: 1000 });
        expect(() => tx.rollback({} as ReturnType<Transaction['savepoint']>)).toThrow(/savepoint/);
      });
      expect(await amounts([a, b])).toEqual([2, 8]);
    }));
});
