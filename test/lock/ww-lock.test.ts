/** ww locks and lock sets of one thread: who waits, who dies, who is rung. What threads do to each other is explored. */
import type { Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { L_WORD } from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { isSelfDeadlock } from '#fenceline/lock/lock-wait.js';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
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
