/** A thread of `rows/contended.ts`: transactions over a few random locks of many, each of which guards a counter. */
import { parentPort } from 'node:worker_threads';
import type { Handle, SharedBuffer } from 'fenceline';
import { Space } from 'fenceline';
import { lockOf } from '#fenceline/buffer/buffer.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { SpaceData } from '#fenceline/core.js';
import { joinCore } from '#fenceline/core.js';
import type { LockSet } from '#fenceline/reservation/lock-set.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { posted, serveOrders } from '../crew.ts';
import { lockByTrying } from '../limits/back-off.ts';
import { lockFutex, unlockFutex } from '../limits/futex-mutex.ts';
import { lockOrdered, unlockOrdered } from '../limits/ordered-mutexes.ts';

export interface ContendedData {
  readonly space: SpaceData;
  readonly buffers: readonly Handle<SharedBuffer>[];
  /** Futex mutexes, one a cache line. */
  readonly mutexes: Int32Array;
  readonly counters: Int32Array;
  /** How many locks a transaction takes, and of how many. */
  readonly shape: Int32Array;
  /** Per thread: most runs of one transaction, longest transaction, and all of them, in microseconds. */
  readonly reports: Int32Array;
  /** Per thread: how many transactions took how long, by `bucketOf`. */
  readonly histograms: Int32Array;
}

export const strideWords = 16;
export const reportWords = 4;
/** Sixteen buckets for each doubling of the microseconds. */
export const buckets = 384;
const bucketsPerDoubling = 16;
/** Steps of arithmetic under the locks: a third of a microsecond. */
const sectionSteps = 300;

const [TICKETS, ORDERED, PUBLIC, BACK_OFF] = [1, 2, 3, 4] as const;
/** Any other kind is this one: the mutex behind all the others. */
const globalLock = 1024;

const { data, index } = posted<ContendedData>();
const { agent } = joinCore(data.space);
const space = Space.join(data.space as unknown as Handle<Space>);
const buffers = data.buffers.map((handle) => space.open(handle));
let seed = 0;

parentPort?.postMessage('ready');
await serveOrders((kind, operations) => {
  seed = index + 1;
  let [runsMost, usMost] = [0, 0];
  const begun = performance.now();
  for (let i = 0; i < operations; i++) {
    const wanted = choose();
    const from = performance.now();
    const runs = transact(kind, wanted);
    const us = (performance.now() - from) * 1000;
    runsMost = Math.max(runsMost, runs);
    usMost = Math.max(usMost, us);
    const bucket = index * buckets + bucketOf(us);
    data.histograms[bucket] = (data.histograms[bucket] ?? 0) + 1;
  }
  Atomics.store(data.reports, index * reportWords + 2, (performance.now() - begun) * 1000);
  Atomics.store(data.reports, index * reportWords, runsMost);
  Atomics.store(data.reports, index * reportWords + 1, usMost);
});

function transact(kind: number, wanted: number[]): number {
  if (kind === TICKETS) return withTicket(wanted);
  if (kind === PUBLIC) return withSpace(wanted);
  if (kind === ORDERED) return withOrder(wanted);
  return kind === BACK_OFF ? withBackOff(wanted) : withGlobal(wanted);
}

function bucketOf(us: number): number {
  return Math.min(buckets - 1, Math.floor(Math.log2(us + 1) * bucketsPerDoubling));
}

/** What is guarded: plain counters, and some time. */
function section(wanted: readonly number[]): void {
  let value = 1;
  for (let step = 0; step < sectionSteps; step++) value = (Math.imul(value, 48_271) + step) | 0;
  for (const lock of wanted) {
    const at = lock * strideWords;
    data.counters[at] = (data.counters[at] ?? 0) + 1;
    data.counters[at + 1] = value;
  }
}

function withOrder(wanted: number[]): number {
  lockOrdered(data.mutexes, wanted, strideWords);
  section(wanted);
  unlockOrdered(data.mutexes, wanted, strideWords);
  return 1;
}

function withBackOff(wanted: readonly number[]): number {
  const runs = lockByTrying(data.mutexes, wanted, strideWords);
  section(wanted);
  unlockOrdered(data.mutexes, wanted, strideWords);
  return runs;
}

function withGlobal(wanted: readonly number[]): number {
  lockFutex(data.mutexes, globalLock * strideWords);
  section(wanted);
  unlockFutex(data.mutexes, globalLock * strideWords);
  return 1;
}

function withTicket(wanted: readonly number[]): number {
  const set = openLockSet(agent);
  for (let runs = 1; ; runs++) {
    if (set.contended !== 0) take(set, set.contended);
    if (!wanted.every((lock) => take(set, lockOf(agent, lock)))) continue;
    section(wanted);
    closeLockSet(agent, set);
    return runs;
  }
}

/** The locks are those of the buffer slots from 0 on. Outcomes: true, or false if all was given back for an older ticket. */
function take(set: LockSet, lockAt: number): boolean {
  let outcome = lockStep(agent, set, lockAt);
  if (outcome === 'blocked') {
    const poll = (): boolean => {
      outcome = lockStep(agent, set, lockAt);
      return outcome !== 'blocked';
    };
    sleepUntil(agent, poll, Number.POSITIVE_INFINITY);
  }
  return outcome !== 'die';
}

function withSpace(wanted: readonly number[]): number {
  let runs = 0;
  space.transactionSync((tx) => {
    runs = tx.attempt;
    for (const lock of wanted) tx.lock(buffers[lock] as SharedBuffer);
    section(wanted);
  });
  return runs;
}

/** Different locks in no order; the same ones every time the seed is set back. */
function choose(): number[] {
  const [perTransaction = 0, lockCount = 1] = data.shape;
  const wanted: number[] = [];
  while (wanted.length < perTransaction) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const lock = (seed >>> 16) % lockCount;
    if (!wanted.includes(lock)) wanted.push(lock);
  }
  return wanted;
}
