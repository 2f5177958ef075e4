/** Injected contention by the kernel's schedule: in transactions and under tickets by hand. */
import { FencelineError, type Space } from 'fenceline';
import { type Ticket, ticket, type WwLock, wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { injectionOf, isInjected } from '#fenceline/lock/injection.js';
import { withSpace } from '../space/with-space.ts';

describe('the schedule', () => {
  test('begins after the low four bits of the stamp, and its intervals grow by 3.5', () => {
    const injection = injectionOf(16 * 9 + 5);
    const injected = Array.from({ length: 60 }, () => isInjected(injection, 2)).flatMap((is, at) => (is ? [at] : []));
    // 5 locks, then one injected, then 3, 10 and 35 locks between two.
    expect(injected).toEqual([5, 9, 20, 56]);
  });

  test('does not count the lock of a ticket that holds nothing else', () => {
    const injection = injectionOf(16);
    expect([1, 1, 1, 2, 2].map((holding) => isInjected(injection, holding))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  test('saturates instead of wrapping', () => {
    const injection = { interval: 2 ** 31, countdown: 0 };
    expect(isInjected(injection, 2)).toBe(true);
    expect(injection).toEqual({ interval: 2 ** 32 - 1, countdown: 2 ** 32 - 1 });
  });
});

function withLocks(count: number, body: (space: Space, locks: readonly WwLock[]) => Promise<void>): Promise<void> {
  return withSpace({ debug: { contend: 'kernel' } }, async (space) => {
    const locks = Array.from({ length: count }, (_, at) => wwLock(space, `lock ${at}`));
    await body(space, locks);
    expect(locks.every((lock) => !lock.isLocked)).toBe(true);
    for (const lock of locks) lock.dispose();
  });
}

/** Takes all by hand, giving way when told to. Outcomes: how often it was told. */
async function takeAll(mine: Ticket, locks: readonly WwLock[], isSync: boolean): Promise<number> {
  let told = 0;
  for (let contended: WwLock | undefined; ; ) {
    if (contended !== undefined) await mine.lockSlow(contended);
    contended = undefined;
    for (const lock of locks) {
      if (mine.held.includes(lock)) continue;
      try {
        if (isSync) mine.lockSync(lock);
        else await mine.lock(lock);
      } catch (error) {
        if (!FencelineError.is(error, 'EDEADLK')) throw error;
        contended = lock;
        break;
      }
    }
    if (contended === undefined) break;
    expect(contended.isLocked).toBe(false);
    told++;
    mine.unlockAll();
  }
  mine.unlockAll();
  return told;
}

describe('debug.contend = kernel', () => {
  test('makes transactions run again, by the stamp: sixteen in a row differ, and all get their locks', () =>
    withLocks(8, async (space, locks) => {
      const runs: number[] = [];
      for (let transaction = 0; transaction < 16; transaction++) {
        const body = { attempts: 0 };
        const isSync = transaction % 2 === 1;
        if (isSync) {
          space.transactionSync((tx) => {
            body.attempts = tx.attempt;
            tx.lock(...locks);
          });
        } else {
          await space.transaction(async (tx) => {
            body.attempts = tx.attempt;
            await tx.lock(...locks);
          });
        }
        runs.push(body.attempts);
      }
      // Seven locks a run count. A countdown below seven ends in the first run, the next one, of 3, in the second, and that of
      // 10 not in the third.
      expect([...runs].sort((a, b) => a - b)).toEqual([...Array(9).fill(1), ...Array(7).fill(3)]);
    }));

  test.each([false, true])('makes tickets by hand give way, and tries never (blocking: %s)', (isSync) =>
    withLocks(8, async (space, locks) => {
      let told = 0;
      for (let count = 0; count < 16; count++) {
        using mine = ticket(space, {});
        told += await takeAll(mine, locks, isSync);
        expect(locks.every((lock) => mine.tryLock(lock))).toBe(true);
        mine.unlockAll();
      }
      expect(told).toBeGreaterThan(5);
      using plain = ticket(space, { rule: 'plain' });
      expect(await takeAll(plain, locks, isSync)).toBe(0);
    }),
  );
});
