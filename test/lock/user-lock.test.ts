/** Locks and tickets of users, by the rules that Linux's own suites check (ww_mutex selftests, api-tests of lockdep). */
import { FencelineError, type Space } from 'fenceline';
import { type Ticket, ticket, type WwLock, wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { smallLimits, withSpace } from '../space/with-space.ts';

const rules = ['wait-die', 'wound-wait'] as const;
type Rule = (typeof rules)[number];

function withLocks(
  rule: Rule,
  count: number,
  body: (locks: readonly WwLock[], open: () => Ticket, space: Space) => Promise<void> | void,
): Promise<void> {
  return withSpace({}, async (space) => {
    const locks = Array.from({ length: count }, (_, at) => wwLock(space, `lock ${at}`, { rule }));
    const tickets: Ticket[] = [];
    const open = (): Ticket => {
      const opened = ticket(space, { rule, label: `ticket ${tickets.length}` });
      tickets.push(opened);
      return opened;
    };
    await body(locks, open, space);
    for (const opened of tickets) {
      opened.unlockAll();
      opened.dispose();
    }
    for (const lock of locks) lock.dispose();
  });
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'held';
  } catch (error) {
    if (error instanceof FencelineError) return error.code;
    throw error;
  }
}

test('a lock whose last handle is disposed of stays for those who wait for it, and for the one that got it', () =>
  withSpace({ limits: { ...smallLimits, locks: 1 } }, async (space) => {
    const lock = wwLock(space, 'short-lived');
    using first = ticket(space);
    using second = ticket(space);
    await first.lock(lock);
    const waits = second.lock(lock);
    lock.dispose();
    first.unlockAll();
    await waits;
    expect(second.held).toEqual([lock]);
    expect(await codeOf(() => wwLock(space, 'next'))).toBe('ENOSPC');
    second.unlockAll();
    wwLock(space, 'next').dispose();
  }));

test('a wait that was given up leaves neither its place in the line nor a change of who keeps the lock', () =>
  withSpace({ limits: { ...smallLimits, locks: 1 } }, async (space) => {
    const lock = wwLock(space, 'wanted');
    using holder = ticket(space);
    using older = ticket(space);
    using younger = ticket(space);
    await holder.lock(lock);
    expect(await codeOf(() => older.lock(lock, { timeoutMs: 1 }))).toBe('ETIME');
    const giveUp = new AbortController();
    const waits = older.lock(lock, { signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await expect(waits).rejects.toThrow('enough');
    // One that comes later in the line, of the same thread, gets it only if nobody before it waits.
    const next = younger.lock(lock, { timeoutMs: 5000 });
    holder.unlockAll();
    await next;
    younger.unlockAll();
    expect(await codeOf(() => wwLock(space, 'another'))).toBe('ENOSPC');
    lock.dispose();
    wwLock(space, 'another').dispose();
  }));

describe.each(rules)('a ticket (%s)', (rule) => {
  test('that holds a lock gets EALREADY for it, and no other ticket gets it', () =>
    withLocks(rule, 1, async ([lock], open) => {
      const [mine, other] = [open(), open()];
      await mine.lock(lock as WwLock);
      expect(await codeOf(() => mine.lock(lock as WwLock))).toBe('EALREADY');
      expect(mine.tryLock(lock as WwLock)).toBe(false);
      expect(other.tryLock(lock as WwLock)).toBe(false);
      expect(mine.held.length).toBe(1);
    }));

  test('tries without waiting, and what it took that way counts', () =>
    withLocks(rule, 1, async ([lock], open) => {
      const mine = open();
      expect(mine.tryLock(lock as WwLock)).toBe(true);
      expect(await codeOf(() => mine.lock(lock as WwLock))).toBe('EALREADY');
    }));

  test('that took two locks in the other order gives way once, and both come through', () =>
    withLocks(rule, 2, async ([a, b], open) => {
      const [older, younger] = [open(), open()];
      await older.lock(a as WwLock);
      await younger.lock(b as WwLock);
      const waits = older.lock(b as WwLock);
      const outcome = codeOf(() => younger.lock(a as WwLock));
      expect(await outcome).toBe('EDEADLK');
      younger.unlockAll();
      await waits;
      const again = younger.lockSlow(a as WwLock).then(() => younger.lock(b as WwLock));
      older.unlockAll();
      await again;
      expect(younger.held.length).toBe(2);
    }));

  test('meets every lock that it gave up for before any other', () =>
    withLocks(rule, 3, async ([a, b, c], open) => {
      const [older, younger] = [open(), open()];
      await older.lock(a as WwLock);
      await younger.lock(b as WwLock);
      const waits = older.lock(b as WwLock);
      expect(await codeOf(() => younger.lock(a as WwLock))).toBe('EDEADLK');
      // Not unlocked; then another lock than the contended one: misuse, and nothing changes.
      expect(await codeOf(() => younger.lock(a as WwLock))).toBe('EINVAL');
      expect(await codeOf(() => younger.lock(c as WwLock))).toBe('EINVAL');
      expect(await codeOf(() => younger.lockSlow(a as WwLock))).toBe('EINVAL');
      younger.unlockAll();
      expect(await codeOf(() => younger.lock(c as WwLock))).toBe('EINVAL');
      expect(await codeOf(() => younger.lockSlow(c as WwLock))).toBe('EINVAL');
      await waits;
      older.unlockAll();
      await younger.lock(a as WwLock);
      await younger.lock(c as WwLock);
    }));

  test('is refused the slow way without having given way, and any way once it is done', () =>
    withLocks(rule, 2, async ([a, b], open) => {
      const mine = open();
      expect(await codeOf(() => mine.lockSlow(a as WwLock))).toBe('EINVAL');
      await mine.lock(a as WwLock);
      mine.done();
      expect(await codeOf(() => mine.lock(b as WwLock))).toBe('EINVAL');
      expect(await codeOf(() => mine.done())).toBe('EINVAL');
      expect(await codeOf(() => mine.dispose())).toBe('EINVAL');
      mine.unlock(a as WwLock);
      expect(await codeOf(() => mine.unlock(a as WwLock))).toBe('EINVAL');
    }));

  test('of the other rule is refused', () =>
    withLocks(rule, 1, async ([lock], _, space) => {
      using other = ticket(space, { rule: rule === 'wait-die' ? 'wound-wait' : 'wait-die' });
      expect(await codeOf(() => other.lock(lock as WwLock))).toBe('EINVAL');
    }));

  test('that gives up by time or by its signal leaves nothing behind', () =>
    withLocks(rule, 1, async ([lock], open) => {
      const [mine, other] = [open(), open()];
      await mine.lock(lock as WwLock);
      expect(await codeOf(() => other.lock(lock as WwLock, { timeoutMs: 5 }))).toBe('ETIME');
      const stop = new AbortController();
      const waits = other.lock(lock as WwLock, { signal: stop.signal });
      stop.abort(new FencelineError('ECANCELED', 'No more.', {}));
      expect(await codeOf(() => waits)).toBe('ECANCELED');
      mine.unlockAll();
      await other.lock(lock as WwLock);
    }));

  test('waits for a lock held without an age, and never gives way to it', () =>
    withLocks(rule, 2, async ([a, b], open, space) => {
      using plain = ticket(space, { rule: 'plain' });
      const mine = open();
      await plain.lock(a as WwLock);
      await mine.lock(b as WwLock);
      const waits = mine.lock(a as WwLock);
      plain.unlockAll();
      await waits;
    }));
});

describe('locks of users', () => {
  test('are taken in transactions beside buffers', () =>
    withSpace({}, async (space) => {
      using lock = wwLock(space, 'index');
      using buffer = space.buffer('u8', [4]);
      using other = ticket(space, {});
      await space.transaction(async (tx) => {
        await tx.lock(lock, buffer);
        expect(lock.isLocked).toBe(true);
        expect(other.tryLock(lock)).toBe(false);
      });
      expect(lock.isLocked).toBe(false);
      space.transactionSync((tx) => {
        tx.lock(buffer, lock);
        expect(lock.isLocked).toBe(true);
      });
      using wounding = wwLock(space, 'wounding', { rule: 'wound-wait' });
      expect(await codeOf(() => space.transaction((tx) => tx.lock(wounding)))).toBe('EINVAL');
    }));

  test('outlive the handle that is disposed of while they are held, and are opened from handles', () =>
    withSpace({}, async (space) => {
      const lock = wwLock(space, 'first', { rule: 'wound-wait' });
      const opened = space.open(lock.handle);
      expect(opened.rule).toBe('wound-wait');
      using mine = ticket(space, { rule: 'wound-wait' });
      await mine.lock(lock);
      lock.dispose();
      expect(opened.isLocked).toBe(true);
      mine.unlock(opened);
      expect(opened.isLocked).toBe(false);
      const { handle } = opened;
      opened.dispose();
      expect(await codeOf(() => space.open(handle))).toBe('ENOENT');
      expect(await codeOf(() => mine.lock(opened))).toBe('EINVAL');
    }));

  test('are bounded, and the error names the limit', () =>
    withSpace({ limits: { locks: 2 } }, async (space) => {
      const locks = [wwLock(space, 'a'), wwLock(space, 'b')];
      expect(await codeOf(() => wwLock(space, 'c'))).toBe('ENOSPC');
      for (const lock of locks) lock.dispose();
      wwLock(space, 'd').dispose();
    }));
});
