/**
 * The cases of Linux's suite ttm_bo: reserving, giving back, pinning. To reserve is to lock a buffer in a transaction. Where our
 * answer is another on purpose, the title says ours and the test says why.
 */
import { dumpMemory } from 'fenceline/dump';
import { implicit, timeline, wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import {
  bo,
  boBytes,
  codeOf,
  filledBo,
  heapOf,
  holdLock,
  managerBytes,
  reserve,
  stateOf,
  validate,
  withDevice,
} from './ttm.ts';

const half = managerBytes / 2;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('ttm_bo', () => {
  const ways = [
    ['uninterruptible', {}],
    ['without waiting', { timeoutMs: 0 }],
    ['interruptible', { signal: new AbortController().signal }],
  ] as const;

  test.each(ways)('reserve_optimistic_no_ticket(%s): what nobody holds is had at once', (_, options) =>
    withDevice({}, async (space) => {
      using buffer = bo(space);
      await reserve(space, buffer, options);
      space.transactionSync((tx) => tx.lock(buffer));
    }),
  );

  test('reserve_locked_no_sleep: who does not wait is refused what somebody holds', () =>
    withDevice({}, async (space) => {
      using buffer = bo(space);
      const letGo = await holdLock(space, buffer);
      // Linux: EBUSY. Here it is a transaction whose time is up.
      expect(await codeOf(() => reserve(space, buffer, { timeoutMs: 0 }))).toBe('ETIME');
      await letGo();
      await reserve(space, buffer, { timeoutMs: 0 });
    }));

  test('reserve_no_wait_ticket: a ticket may refuse to wait', () =>
    withDevice({}, async (space) => {
      // Linux warns, and answers EBUSY: there a ticket has to wait. Here who does not wait takes what is free, and gives back the rest.
      using free = bo(space);
      using taken = bo(space);
      const letGo = await holdLock(space, taken);
      const both = space.transaction((tx) => tx.lock(free, taken), { timeoutMs: 0 });
      expect(await codeOf(() => both)).toBe('ETIME');
      await reserve(space, free, { timeoutMs: 0 });
      await letGo();
    }));

  test('reserve_double_resv: what the transaction holds already is not waited for', () =>
    withDevice({}, async (space) => {
      using buffer = bo(space);
      // Linux: EALREADY, for the caller to ignore. Here nobody has to.
      await space.transaction(async (tx) => {
        await tx.lock(buffer);
        await tx.lock(buffer);
      });
    }));

  test('reserve_interrupted: who waits can be interrupted, and holds nothing then', () =>
    withDevice({}, async (space) => {
      using buffer = bo(space);
      const letGo = await holdLock(space, buffer);
      const controller = new AbortController();
      const waiting = reserve(space, buffer, { signal: controller.signal });
      await later(1);
      controller.abort(new Error('interrupted'));
      await expect(waiting).rejects.toThrow('interrupted');
      await letGo();
      await reserve(space, buffer, { timeoutMs: 0 });
    }));

  test('reserve_deadlock: a younger ticket gives way to an older one, and gives back what it has', () =>
    withDevice({}, async (space) => {
      using first = bo(space);
      using second = bo(space);
      using witness = wwLock(space, 'witness');
      const letGo = await holdLock(space, second);
      const held: boolean[] = [];
      const younger = space.transaction(async (tx) => {
        await tx.lock(witness, first);
        held.push(witness.isLocked);
        await tx.lock(second);
      });
      // Linux: EDEADLK, and the caller unwinds. Here the library does, and waits for the contended lock with nothing held.
      await expect.poll(() => held).toEqual([true]);
      await expect.poll(() => witness.isLocked).toBe(false);
      await reserve(space, first, { timeoutMs: 0 });
      await letGo();
      await younger;
      expect(held).toEqual([true, true]);
    }));

  test('unreserve_basic: who was reserved last is evicted last', () =>
    withDevice({}, async (space) => {
      using older = await filledBo(space, half, ['vram', 'system']);
      using newer = await filledBo(space, half, ['vram', 'system']);
      await reserve(space, older);
      using more = bo(space);
      await validate(space, more);
      expect([older, newer].map((one) => one.isIn('vram'))).toEqual([true, false]);
    }));

  test('unreserve_pinned: what is pinned is not evicted, whoever reserved it', () =>
    withDevice({}, async (space) => {
      using pinned = await filledBo(space, half, ['vram', 'system']);
      using other = await filledBo(space, half, ['vram', 'system']);
      using _ = await pinned.pin('vram');
      await reserve(space, pinned);
      await reserve(space, other);
      using more = bo(space);
      await validate(space, more);
      expect([pinned, other].map((one) => one.isIn('vram'))).toEqual([true, false]);
      expect(stateOf(space, pinned).kept).toMatchObject([{ by: 'pin' }]);
    }));

  test('put_basic: dropping the last reference gives memory and slot back', () =>
    withDevice({}, async (space) => {
      const buffer = await filledBo(space, boBytes, ['vram']);
      expect(heapOf(space, 'vram').usedBytes).toBe(boBytes);
      buffer.dispose();
      expect(heapOf(space, 'vram').usedBytes).toBe(0);
      expect(dumpMemory(space).buffers).toEqual([]);
    }));

  test('put_shared_resv: those who share a reservation may go in any order, with bookkeeping that is over', () =>
    withDevice({}, async (space) => {
      using line = timeline(space, 'line');
      const whole = await filledBo(space, boBytes, ['vram']);
      const part = whole.rows(0, 16);
      implicit(whole).add(line.issue(), 'bookkeep');
      expect(implicit(part).points).toHaveLength(1);
      line.signal();
      whole.dispose();
      expect(heapOf(space, 'vram').usedBytes).toBe(boBytes);
      part.dispose();
      expect(heapOf(space, 'vram').usedBytes).toBe(0);
    }));

  test('pin_basic: pins are counted', () =>
    withDevice({}, async (space) => {
      using buffer = bo(space);
      const pins = [await buffer.pin('vram'), await buffer.pin('vram'), await buffer.pin('vram')];
      for (const pin of pins) {
        expect(await codeOf(() => validate(space, buffer, ['system']))).toBe('EBUSY');
        pin[Symbol.dispose]();
      }
      expect(await codeOf(() => validate(space, buffer, ['system']))).toBe('ok');
    }));

  test('pin_unpin_resource: what is pinned is no victim; unpinned it is one again, and the last', () =>
    withDevice({}, async (space) => {
      using first = await filledBo(space, half, ['vram', 'system']);
      using second = await filledBo(space, half, ['vram', 'system']);
      const pin = await first.pin('vram');
      expect(stateOf(space, first).pinnedBy).toEqual([0]);
      pin[Symbol.dispose]();
      expect(stateOf(space, first).kept).toEqual([]);
      const more = await filledBo(space, half, ['vram']);
      expect([first, second, more].map((one) => one.isIn('vram'))).toEqual([true, false, true]);
      more.dispose();
      using most = await filledBo(space, managerBytes, ['vram']);
      expect([first, most].map((one) => one.isIn('vram'))).toEqual([false, true]);
    }));

  test('multiple_pin_one_unpin: one pin of two is enough', () =>
    withDevice({}, async (space) => {
      using buffer = await filledBo(space, managerBytes, ['vram', 'system']);
      using _ = await buffer.pin('vram');
      (await buffer.pin('vram'))[Symbol.dispose]();
      expect(stateOf(space, buffer).kept).toMatchObject([{ by: 'pin' }]);
      using more = bo(space);
      expect(await codeOf(() => validate(space, more))).toBe('ENOMEM');
    }));
});
