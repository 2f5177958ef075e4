/** ww locks and lock sets of one thread: who waits, who dies, who is rung. What threads do to each other is explored. */
import type { Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { L_WORD } from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { isSelfDeadlock } from '#fenceline/lock/lock-wait.js';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { firstWaiter } from '#fenceline/lock/waiters.js';
import {
  acquireStep,
  clearSuspect,
  holderOf,
  leaveLock,
  releaseLock,
  repairLock,
  tryAcquire,
} from '#fenceline/lock/ww-lock.js';
import {
  closeLockSet,
  lockStep,
  openLockSet,
  releaseAll,
  releaseSince,
  tryLock,
} from '#fenceline/reservation/lock-set.js';
import { coreOf } from '#fenceline/space.js';
import { withSpace } from '../space/with-space.ts';

/** Locks of buffers that nobody else uses. */
function withLocks(count: number, body: (agent: Agent, locks: number[], space: Space) => void): Promise<void> {
  return withSpace({}, async (space) => {
    const { agent } = coreOf(space);
    const buffers = Array.from({ length: count }, () => space.buffer('u8', [1]));
    body(
      agent,
      buffers.map(({ id }) => lockOf(agent, id % 2 ** 20)),
      space,
    );
    for (const buffer of buffers) buffer.dispose();
  });
}

describe('one lock', () => {
  test('belongs to one ticket until it gives it back', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const [a, b] = [openTicket(agent), openTicket(agent)];
      expect(acquireStep(agent, lock, a)).toBe('acquired');
      expect(acquireStep(agent, lock, a)).toBe('already');
      expect(holderOf(agent, lock)).toBe(a.id);
      expect(tryAcquire(agent, lock, b)).toBe('blocked');
      expect(acquireStep(agent, lock, b)).toBe('blocked');
      releaseLock(agent, lock, a);
      expect(acquireStep(agent, lock, b)).toBe('acquired');
      releaseLock(agent, lock, b);
      expect(agent.words[lock + L_WORD]).toBe(0);
      for (const ticket of [a, b]) closeTicket(agent, ticket);
    }));

  test('a waiter that gives up leaves nothing', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const [a, b] = [openTicket(agent), openTicket(agent)];
      acquireStep(agent, lock, a);
      expect(acquireStep(agent, lock, b)).toBe('blocked');
      leaveLock(agent, lock, b);
      releaseLock(agent, lock, a);
      expect(acquireStep(agent, lock, a)).toBe('acquired');
      releaseLock(agent, lock, a);
      expect(agent.words[lock + L_WORD]).toBe(0);
      for (const ticket of [a, b]) closeTicket(agent, ticket);
    }));

  test('whose holder died is suspect to the next one, until that one has looked after it', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const dead = openTicket(agent);
      acquireStep(agent, lock, dead);
      repairLock(agent, lock, agent.index);
      closeTicket(agent, dead);
      const next = openTicket(agent);
      expect(acquireStep(agent, lock, next)).toBe('suspect');
      releaseLock(agent, lock, next);
      expect(tryAcquire(agent, lock, next)).toBe('suspect');
      clearSuspect(agent, lock);
      releaseLock(agent, lock, next);
      expect(tryAcquire(agent, lock, next)).toBe('acquired');
      releaseLock(agent, lock, next);
      closeTicket(agent, next);
    }));
});

describe('several locks', () => {
  test('a younger ticket that holds something dies for an older one, an older one waits for a younger', () =>
    withLocks(2, (agent, [one = 0, two = 0]) => {
      const [old, young] = [openTicket(agent), openTicket(agent)];
      acquireStep(agent, one, old);
      acquireStep(agent, two, young);
      expect(acquireStep(agent, one, young)).toBe('die');
      expect(acquireStep(agent, two, old)).toBe('blocked');
      releaseLock(agent, two, young);
      expect(acquireStep(agent, two, old)).toBe('acquired');
      for (const lock of [one, two]) releaseLock(agent, lock, old);
      for (const ticket of [old, young]) closeTicket(agent, ticket);
    }));

  test('a ticket that holds nothing waits for anybody', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const [old, young] = [openTicket(agent), openTicket(agent)];
      acquireStep(agent, lock, old);
      expect(acquireStep(agent, lock, young)).toBe('blocked');
      leaveLock(agent, lock, young);
      releaseLock(agent, lock, old);
      for (const ticket of [old, young]) closeTicket(agent, ticket);
    }));

  test('a set gives back everything when its ticket must die, and remembers for what', () =>
    withLocks(3, (agent, [one = 0, two = 0, three = 0]) => {
      const [old, young] = [openLockSet(agent), openLockSet(agent)];
      expect(lockStep(agent, old, three)).toBe('acquired');
      for (const lock of [one, two]) expect(lockStep(agent, young, lock)).toBe('acquired');
      expect(lockStep(agent, young, three)).toBe('die');
      expect([young.held, young.contended]).toEqual([[], three]);
      for (const lock of [one, two]) expect(tryLock(agent, old, lock)).toBe('acquired');
      expect(old.held).toEqual([three, one, two]);
      releaseSince(agent, old, 1);
      expect(old.held).toEqual([three]);
      releaseAll(agent, old);
      expect(lockStep(agent, young, three)).toBe('acquired');
      closeLockSet(agent, young);
      closeLockSet(agent, old);
    }));

  test('blocking is a deadlock while another ticket of the same thread is open', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const a = openTicket(agent);
      expect(isSelfDeadlock(agent, lock, a)).toBe(false);
      const b = openTicket(agent);
      expect(isSelfDeadlock(agent, lock, a)).toBe(true);
      closeTicket(agent, b);
      expect(isSelfDeadlock(agent, lock, a)).toBe(false);
      closeTicket(agent, a);
    }));

  test('a thread has sixteen tickets, and is told so', () =>
    withLocks(0, (agent) => {
      const tickets = Array.from({ length: 16 }, () => openTicket(agent));
      expect(() => openTicket(agent)).toThrow(/tickets \(16\)/);
      expect(new Set(tickets.map(({ stamp }) => stamp)).size).toBe(16);
      for (const ticket of tickets) closeTicket(agent, ticket);
      closeTicket(agent, openTicket(agent));
    }));
});

describe('wound-wait', () => {
  test('the younger holder gives way at its next wait, and not before', () =>
    withLocks(3, (agent, [a = 0, b = 0, c = 0]) => {
      const [older, younger] = [openTicket(agent, 'wound-wait'), openTicket(agent, 'wound-wait')];
      expect(acquireStep(agent, a, older)).toBe('acquired');
      expect(acquireStep(agent, b, younger)).toBe('acquired');
      expect(acquireStep(agent, b, older)).toBe('blocked');
      expect(acquireStep(agent, c, younger)).toBe('acquired');
      expect(acquireStep(agent, a, younger)).toBe('die');
      for (const lock of [b, c]) releaseLock(agent, lock, younger);
      expect(acquireStep(agent, b, older)).toBe('acquired');
      for (const lock of [a, b]) releaseLock(agent, lock, older);
      expect(acquireStep(agent, a, younger)).toBe('acquired');
      releaseLock(agent, a, younger);
      for (const ticket of [older, younger]) closeTicket(agent, ticket);
    }));

  test('a waiter that holds nothing wounds nobody', () =>
    withLocks(2, (agent, [a = 0, b = 0]) => {
      const [older, younger] = [openTicket(agent, 'wound-wait'), openTicket(agent, 'wound-wait')];
      const other = openTicket(agent, 'wound-wait');
      expect(acquireStep(agent, a, younger)).toBe('acquired');
      expect(acquireStep(agent, a, older)).toBe('blocked');
      expect(acquireStep(agent, b, other)).toBe('acquired');
      expect(acquireStep(agent, b, younger)).toBe('blocked');
      leaveLock(agent, a, older);
      leaveLock(agent, b, younger);
      releaseLock(agent, a, younger);
      releaseLock(agent, b, other);
      for (const ticket of [older, younger, other]) closeTicket(agent, ticket);
    }));
});

describe('the line of a lock', () => {
  test('is by age among tickets, and by arrival for those without one', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const holder = openTicket(agent);
      const [t1, t2, t3] = [openTicket(agent), openTicket(agent), openTicket(agent)];
      const [p1, p2] = [openTicket(agent, 'plain'), openTicket(agent, 'plain')];
      expect(acquireStep(agent, lock, holder)).toBe('acquired');
      // t1 comes after p1, but stands before t2, which was there first; t3 is the youngest and the last.
      for (const ticket of [t2, p1, t1, p2, t3]) expect(acquireStep(agent, lock, ticket)).toBe('blocked');
      releaseLock(agent, lock, holder);
      const served = [];
      for (let first = firstWaiter(agent, lock); first >= 0; first = firstWaiter(agent, lock)) {
        const ticket = [t1, t2, t3, p1, p2].find(({ id }) => id === first);
        if (ticket === undefined) throw new Error(`Ticket ${first} never waited.`);
        expect(acquireStep(agent, lock, ticket)).toBe('acquired');
        releaseLock(agent, lock, ticket);
        served.push(ticket);
      }
      expect(served.map(({ id }) => id)).toEqual([t1, t2, p1, p2, t3].map(({ id }) => id));
      for (const ticket of [holder, t1, t2, t3, p1, p2]) closeTicket(agent, ticket);
    }));

  test('a ticket of the same thread that comes later leaves a free lock to the first', () =>
    withLocks(1, (agent, [lock = 0]) => {
      const [holder, first, second] = [openTicket(agent), openTicket(agent), openTicket(agent)];
      expect(acquireStep(agent, lock, holder)).toBe('acquired');
      for (const ticket of [second, first]) expect(acquireStep(agent, lock, ticket)).toBe('blocked');
      releaseLock(agent, lock, holder);
      expect(acquireStep(agent, lock, second)).toBe('blocked');
      expect(acquireStep(agent, lock, first)).toBe('acquired');
      releaseLock(agent, lock, first);
      expect(acquireStep(agent, lock, second)).toBe('acquired');
      releaseLock(agent, lock, second);
      for (const ticket of [holder, first, second]) closeTicket(agent, ticket);
    }));
});
