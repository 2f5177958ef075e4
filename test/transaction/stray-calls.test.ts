/** Calls of a transaction that its body did not wait for. */
import { describe, expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import { account, amounts } from './accounts.ts';

describe('a call that the body does not wait for', () => {
  test('is refused, or the transaction is, however soon after the body it comes', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      const before = accounting(space);
      for (let hops = 0; hops < 12; hops++) {
        const late: Promise<unknown>[] = [];
        const refused = await space
          .transaction(async (tx) => {
            const edit = async (): Promise<void> => {
              for (let at = 0; at < hops; at++) await undefined;
              (await tx.edit(a)).data[0] = 7;
            };
            late.push(edit().catch((error: unknown) => error));
          })
          .then(
            () => undefined,
            (error: unknown) => error,
          );
        const [called] = await Promise.all(late);
        expect([refused, called], `after ${hops} microtasks`).toContainEqual(
          expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/has returned|under way/) }),
        );
        expect(accounting(space), `after ${hops} microtasks`).toEqual(before);
        expect(await amounts([a])).toEqual([1]);
      }
    }));

  test('is not rolled back under its feet', () =>
    withSpace({}, async (space) => {
      using a = await account(space, 1);
      await space.transaction(async (tx) => {
        const point = tx.savepoint();
        const edit = tx.edit(a);
        expect(() => tx.rollback(point)).toThrow(/under way. Hint: await it before rollback/);
        (await edit).data[0] = 2;
        tx.rollback(point);
        expect((await tx.edit(a)).data[0]).toBe(1);
      });
      expect(await amounts([a])).toEqual([1]);
    }));

  test('and waits for a lock lets a job of the transaction wait for the next run', () =>
    withJobs({}, async (space, { run }) => {
      using a = space.buffer('i32', [1]);
      using b = space.buffer('i32', [1]);
      let leave = (): void => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const older = space.transaction(async (tx) => {
        await tx.lock(a);
        await left;
        await tx.lock(b);
      });
      let submitted = 0;
      await space.transaction(async (tx) => {
        const waiting = tx.lock(a);
        leave();
        // The ticket waits for one lock: with another taken meanwhile, nobody would see that it has to give way for it.
        const job = run.fill({ dst: b, with: 3 }, { tx });
        submitted++;
        await Promise.all([waiting, job]);
      });
      expect(submitted).toBe(1);
      await older;
      expect([...(await b.get())]).toEqual([3]);
    }));
});
