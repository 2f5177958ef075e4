/** Sections by the cases of lib/locking-selftest.c (fs_reclaim, wait contexts), with Linux's verdict: S is silent, F is reported. */
import {
  atomic,
  mightAllocate,
  reclaim,
  signalling,
  syncObject,
  timeline,
  waitPointsSync,
  withoutReclaim,
} from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { kindsOf, validated } from './validated.ts';

describe('making room in memory', () => {
  test('allocates without asking others for room: S; with: F; with, where nobody is asked: S', () =>
    validated(({ space, findings }) => {
      reclaim(space, () => withoutReclaim(space, () => mightAllocate(space)));
      expect(findings).toEqual([]);
      reclaim(space, () => mightAllocate(space));
      expect(findings[0]?.cycle).toEqual(['reclaim', 'reclaim']);
    }));

  test('tries locks: S; waits for one: F', () =>
    validated(({ space, lock, ticket, findings }) => {
      const [a, one] = [lock('A'), ticket()];
      reclaim(space, () => one.tryLock(a));
      expect(findings).toEqual([]);
      one.unlockAll();
      reclaim(space, () => one.lockSync(a));
      expect(kindsOf(findings)).toEqual(['reclaim']);
    }));

  test('waits for a fence: S, by the documented order', () =>
    validated(({ space, findings }) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      line.signal();
      reclaim(space, () => fence.waitSync());
      expect(findings).toEqual([]);
    }));
});

describe('sections that must not wait', () => {
  test('of the contexts of Linux there is one that must not, and one that may: atomic x try S, x lock F; lock x lock S', () =>
    validated(({ space, lock, ticket, takePlain, findings }) => {
      const [a, b, one] = [lock('A'), lock('B'), ticket()];
      atomic(space, () => one.tryLock(a));
      takePlain(b);
      expect(findings).toEqual([]);
      one.unlockAll();
      atomic(space, () => one.lockSync(a));
      expect(kindsOf(findings)).toEqual(['atomic']);
    }));

  test('also not for a fence, a sync object, or memory; a look is no wait', () =>
    validated(({ space, findings }) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      line.signal();
      using object = syncObject(space, 'object');
      object.replace(fence);
      atomic(space, () => fence.waitSync({ timeoutMs: 0 }));
      atomic(space, () => waitPointsSync([{ object }], { timeoutMs: 0 }));
      expect(findings).toEqual([]);
      atomic(space, () => fence.waitSync());
      atomic(space, () => waitPointsSync([{ object }]));
      atomic(space, () => mightAllocate(space));
      expect(kindsOf(findings)).toEqual(['atomic', 'atomic', 'atomic']);
    }));
});

describe('the way to a signal', () => {
  test('takes a lock over which nobody waits: S; then somebody waits for a fence with it: F', () =>
    validated(({ space, lock, ticket, takePlain, findings }) => {
      const a = lock('A');
      using line = timeline(space, 'line');
      const fence = line.issue();
      signalling(space, () => takePlain(a));
      line.signal();
      expect(findings).toEqual([]);
      const one = ticket();
      one.lockSync(a);
      fence.waitSync();
      expect(findings[0]?.cycle).toEqual(['A', 'fence', 'A']);
    }));

  test('does not take a reservation: by the documented order, whoever has it may wait for a fence', () =>
    validated(({ space, findings }) => {
      using buffer = space.buffer('u8', [4], { label: 'b' });
      signalling(space, () => space.transactionSync((tx) => tx.lock(buffer)));
      expect(findings[0]?.cycle).toEqual(['fence', 'reservation', 'fence']);
      expect(findings[0]?.message).toMatch(/By the documented order, who holds 'reservation' also waits for a fence\./);
    }));

  test('does not allocate', () =>
    validated(({ space, findings }) => {
      signalling(space, () => mightAllocate(space));
      expect(findings[0]?.cycle).toEqual(['fence', 'reclaim', 'fence']);
    }));

  test('a wait inside it is reported (Linux: silent)', () =>
    validated(({ space, findings }) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      line.signal();
      signalling(space, () => fence.waitSync());
      expect(kindsOf(findings)).toEqual(['signalling']);
    }));

  test('fences that wait for each other through locks are reported (Linux: with one class of fences, too)', () =>
    validated(({ space, lock, ticket, takePlain, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      using left = timeline(space, 'left');
      using right = timeline(space, 'right');
      const fences = [left.issue(), right.issue()] as const;
      // Whoever signals left takes A; who has A takes B; and who has B waits for left.
      signalling(space, () => takePlain(a));
      takePlain(a, b);
      left.signal();
      right.signal();
      const one = ticket();
      one.lockSync(b);
      fences[0].waitSync();
      expect(findings[0]?.cycle).toEqual(['B', 'fence', 'A', 'B']);
    }));
});
