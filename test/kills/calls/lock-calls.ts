/** Calls of ww locks and tickets. */
import { FencelineError } from 'fenceline';
import * as sync from 'fenceline/sync';
import type { Hindrance, KilledCall, World } from '../call.ts';
import { noting, spyOn } from '../spy.ts';

const call = { wwLock: noting('wwLock()', sync.wwLock), ticket: noting('ticket()', sync.ticket) };

interface Locking {
  readonly own: sync.WwLock;
  /** The main thread's. */
  readonly lock: sync.WwLock;
  readonly ticket: sync.Ticket;
}

function locking({ space, lock }: World): Locking {
  return {
    own: spyOn('WwLock', sync.wwLock(space, 'own lock')),
    lock: spyOn('WwLock', space.open(lock)),
    ticket: spyOn('Ticket', sync.ticket(space)),
  };
}

function withLocks(use: (locks: Locking) => unknown, hindrance?: Hindrance): KilledCall {
  const prepare = (world: World): (() => unknown) => {
    const locks = locking(world);
    return () => use(locks);
  };
  return hindrance === undefined ? { prepare } : { prepare, hindrance };
}

/** Whether the call has to give way: its ticket holds a lock, and an older one has the other. */
async function givesWay(attempt: () => unknown): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    if (FencelineError.is(error, 'EDEADLK')) return true;
    throw error;
  }
}

/** A ticket that has given back everything, and may take the lock that it lost. Before the call begins the older one keeps it. */
async function gaveWay(world: World): Promise<Locking> {
  const locks = locking(world);
  await locks.ticket.lock(locks.own);
  if (!(await givesWay(() => locks.ticket.lock(locks.lock))))
    throw new Error('The older ticket does not hold the lock.');
  locks.ticket.unlockAll();
  return locks;
}

export const lockCalls: Readonly<Record<string, KilledCall>> = {
  wwLock: {
    prepare:
      ({ space }) =>
      () =>
        call.wwLock(space, 'own lock'),
  },
  ticket: {
    prepare:
      ({ space }) =>
      () =>
        call.ticket(space),
  },
  'space.open of a lock': {
    prepare:
      ({ space, lock }) =>
      () =>
        space.open(lock),
  },
  'looks at a lock': withLocks(({ own, ticket }) => [own.handle, own.isLocked, own.isSuspect, ticket.held]),
  'wwLock.dispose': withLocks(({ own }) => own.dispose()),
  'ticket.lock': withLocks(async ({ own, lock, ticket }) => {
    await ticket.lock(own);
    await ticket.lock(lock);
    ticket.unlock(lock);
    ticket.unlock(own);
  }),
  'ticket.lockSync': withLocks(({ own, lock, ticket }) => {
    ticket.lockSync(own);
    ticket.lockSync(lock);
    ticket.done();
    ticket.unlockAll();
    ticket.dispose();
  }),
  'ticket.tryLock': withLocks(({ lock, ticket }) => {
    ticket.tryLock(lock);
    lock.recover();
  }),
  'ticket.lock behind an older one': withLocks(async ({ lock, ticket }) => ticket.lock(lock), 'ticket'),
  'ticket.lockSync behind an older one': withLocks(({ lock, ticket }) => ticket.lockSync(lock), 'ticket'),
  'ticket.lock that gives way': {
    hindrance: 'ticket',
    prepare: async (world) => {
      const { own, lock, ticket } = locking(world);
      await ticket.lock(own);
      return async () => {
        await givesWay(() => ticket.lock(lock));
        ticket.unlockAll();
      };
    },
  },
  'ticket.lockSlow': {
    hindrance: 'ticket',
    prepare: async (world) => {
      const { lock, ticket } = await gaveWay(world);
      return () => ticket.lockSlow(lock);
    },
  },
  'ticket.lockSlowSync': {
    hindrance: 'ticket',
    prepare: async (world) => {
      const { lock, ticket } = await gaveWay(world);
      return () => ticket.lockSlowSync(lock);
    },
  },
  'transaction that locks a lock': {
    prepare: (world) => {
      const { lock } = locking(world);
      return () => world.space.transaction((tx) => tx.lock(world.photo, lock));
    },
  },
};
