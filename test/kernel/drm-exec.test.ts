/**
 * The cases of Linux's own suite of drm_exec, over transactions: a transaction is a drm_exec whose loop is the library's.
 * Each runs as it is and with contention injected at every lock, which Linux's never do.
 */
import type { SharedBuffer, Space } from 'fenceline';
import { implicit, timeline, wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';

const contentions = [undefined, 'always'] as const;

function withBuffers(
  contend: 'always' | undefined,
  body: (space: Space, a: SharedBuffer, b: SharedBuffer) => Promise<void>,
): Promise<void> {
  return withSpace(contend === undefined ? {} : { debug: { contend } }, async (space) => {
    using a = space.buffer('u8', [16]);
    using b = space.buffer('u8', [16]);
    await body(space, a, b);
    expect(accounting(space)).toMatchObject({ tickets: 0, locks: 0 });
  });
}

describe.each(contentions)('drm_exec, contention %s', (contend) => {
  test('sanitycheck: a transaction that locks nothing leaves nothing behind', () =>
    withBuffers(contend, async (space) => {
      expect(await space.transaction(async () => 'over')).toBe('over');
      expect(space.transactionSync(() => 'over')).toBe('over');
    }));

  test('test_lock: one object', () =>
    withBuffers(contend, async (space, a) => {
      await space.transaction((tx) => tx.lock(a));
      space.transactionSync((tx) => tx.lock(a));
    }));

  test('test_lock_unlock: locked, unlocked and locked again in one pass', () =>
    withBuffers(contend, async (space, a, b) => {
      using other = wwLock(space, 'other');
      let passes = 0;
      await space.transaction(async (tx) => {
        passes++;
        const before = tx.savepoint();
        await tx.lock(other, a);
        tx.rollback(before);
        expect(other.isLocked).toBe(false);
        await tx.lock(other, a, b);
        expect(other.isLocked).toBe(true);
      });
      if (contend === undefined) expect(passes).toBe(1);
      expect(other.isLocked).toBe(false);
    }));

  test('test_duplicates: the same object twice is locked once', () =>
    withBuffers(contend, async (space, a) => {
      using lock = wwLock(space, 'lock');
      await space.transaction((tx) => tx.lock(a, a, lock, lock));
      space.transactionSync((tx) => tx.lock(a, lock, a, lock));
      expect(lock.isLocked).toBe(false);
    }));

  test('test_prepare: there is room for a fence once the object is locked', () =>
    withBuffers(contend, async (space, a) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      await space.transaction(async (tx) => {
        await tx.lock(a);
        tx.addFence(a, fence, 'read');
      });
      expect(implicit(a).points).toHaveLength(1);
      line.signal(fence);
    }));

  test('test_prepare_array: of two objects', () =>
    withBuffers(contend, async (space, a, b) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      await space.transaction(async (tx) => {
        await tx.lock(a, b);
        for (const buffer of [a, b]) tx.addFence(buffer, fence, 'update');
      });
      expect([a, b].map((buffer) => implicit(buffer).points.length)).toEqual([1, 1]);
      line.signal(fence);
    }));

  test('test_multiple_loops: two after each other, and one within the other, do not collide', () =>
    withBuffers(contend, async (space, a, b) => {
      for (let loop = 0; loop < 2; loop++) await space.transaction(async () => {});
      await space.transaction(async (outer) => {
        await outer.lock(a);
        await space.transaction((inner) => inner.lock(b));
      });
    }));
});
