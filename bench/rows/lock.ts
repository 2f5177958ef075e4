/** Taking and giving back one lock that nobody else wants, under an open ticket; against other locks of JavaScript. */
import { Mutex } from 'async-mutex';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import type { Ticket } from '#fenceline/lock/ticket.js';
import { openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { openCore } from '../core.ts';
import { lockFutex, unlockFutex } from '../limits/futex-mutex.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timed, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 5, warmups: 1, operations: 10_000, slowOperations: 500 },
  full: { rounds: 101, warmups: 10, operations: 100_000, slowOperations: 2000 },
};
const what = 'ww lock + unlock, uncontended';
const faster = { atLeast: 20 };

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations, slowOperations } = parameters[scale];
  const { agent } = openCore();
  const ticket = openTicket(agent);
  const words = new Int32Array(new SharedArrayBuffer(64));
  const slow: readonly [against: string, Candidate | string][] = [
    ['async-mutex', asyncMutex(slowOperations)],
    ['Web Locks', webLocks(slowOperations)],
    ['multithreading', await multithreading(slowOperations)],
  ];
  const slowOnes = slow.flatMap(([, candidate]) => (typeof candidate === 'string' ? [] : [candidate]));
  const measured = await interleave(
    [
      { name: 'ours', run: () => timed(operations, () => lockOurs(agent, ticket, operations)) },
      { name: 'futex', run: () => timed(operations, () => lockRaw(words, operations)) },
      ...slowOnes,
    ],
    rounds,
    warmups,
  );
  const compared = slow.map(
    ([against, candidate]): Row =>
      typeof candidate === 'string'
        ? { what, against, missing: candidate }
        : costRow(measured, 'ours', candidate.name, { what, against, goal: faster }),
  );
  return [
    costRow(measured, 'ours', 'futex', { what, against: 'plain futex mutex', goal: { atMost: 1.3 } }),
    ...compared,
  ];
}

function lockOurs(agent: Agent, ticket: Ticket, count: number): boolean {
  const lockAt = lockOf(agent, 0);
  let taken = 0;
  for (let i = 0; i < count; i++) {
    if (acquireStep(agent, lockAt, ticket) === 'acquired') taken++;
    releaseLock(agent, lockAt, ticket);
  }
  return taken === count;
}

function lockRaw(words: Int32Array, count: number): boolean {
  let taken = 0;
  for (let i = 0; i < count; i++) {
    lockFutex(words, 0);
    taken++;
    unlockFutex(words, 0);
  }
  return taken === count;
}

function asyncMutex(count: number): Candidate {
  const mutex = new Mutex();
  const run = async (): Promise<boolean> => {
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const release = await mutex.acquire();
      taken++;
      release();
    }
    return taken === count;
  };
  return { name: 'async-mutex', run: () => timedAsync(count, run) };
}

interface LockManager {
  request(name: string, fn: () => unknown): Promise<unknown>;
}

/** Outcomes: the candidate, or why there is none. */
function webLocks(count: number): Candidate | string {
  const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
  if (locks === undefined) return `Node ${process.versions.node} has no navigator.locks (24 has).`;
  const run = async (): Promise<boolean> => {
    let taken = 0;
    for (let i = 0; i < count; i++) await locks.request('bench', () => taken++);
    return taken === count;
  };
  return { name: 'web-locks', run: () => timedAsync(count, run) };
}

interface Multithreading {
  readonly Mutex: new (data: unknown) => { blockingLock(): Disposable };
}

async function multithreading(count: number): Promise<Candidate | string> {
  let library: Multithreading;
  try {
    // Not a dependency of ours: it does not load on the Node that ours has to run on.
    const name = 'multithreading';
    library = await import(name);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.split('\n')[0]?.replace(/ imported from .*/, '') : String(error);
    return `it cannot be loaded here (${reason}).`;
  }
  const mutex = new library.Mutex(new Int32Array(new SharedArrayBuffer(4)));
  const run = (): boolean => {
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const guard = mutex.blockingLock();
      taken++;
      guard[Symbol.dispose]();
    }
    return taken === count;
  };
  return { name: 'multithreading', run: () => timed(count, run) };
}
