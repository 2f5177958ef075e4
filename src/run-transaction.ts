/**
 * Retrying a transaction's body as a whole.
 *
 * The ticket keeps its stamp over all runs, so the oldest transaction always gets through; the contended lock is taken
 * first, with nothing held, where a ticket cannot be told to die.
 */
import { checkPatience, isQueuedBefore, serveQueue } from './admission.ts';
import { fail } from './base/errors.ts';
import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, H_SUBMITTED } from './base/layout.ts';
import { lockOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { addAgent } from './cells/interest.ts';
import { sleepUntil } from './cells/wait.ts';
import { contentionOf } from './contention.ts';
import type { Core } from './core.ts';
import { releaseBuffer } from './core.ts';
import { injectionOf } from './lock/injection.ts';
import { isSelfDeadlock } from './lock/lock-wait.ts';
import { beforeLock } from './lock/validator.ts';
import { isInDevice, sendHome } from './memory/device-heap.ts';
import { isPinned } from './memory/pins.ts';
import { beginTransaction, endTransaction, noteRun, type OpenTransaction } from './open-transactions.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { closeLockSet, leaveStep, lockStep, openLockSet, releaseAll } from './reservation/lock-set.ts';
import type { RunLimits } from './run-limits.ts';
import type { Transaction, TransactionOptions } from './transaction.ts';
import { AsyncTransaction } from './transaction-async.ts';
import type { BaseTransaction } from './transaction-base.ts';
import { lockFilled, lockFilledSync } from './transaction-fills.ts';
import { refuseSelf, SyncTransaction } from './transaction-sync.ts';
import { deadlineOf, refuseLate, whenTrue } from './waiting.ts';

interface Run {
  readonly set: LockSet;
  readonly limits: RunLimits;
  readonly opened: OpenTransaction;
}

/** Outcomes: what all runs of the body share; EINVAL (time-out), ENOSPC (tickets), with nothing changed. */
function begin(
  core: Core,
  { timeoutMs, label = 'transaction' }: TransactionOptions,
  signal: AbortSignal,
  open: (agent: Core['agent']) => LockSet = openLockSet,
): Run {
  const deadline = deadlineOf(timeoutMs);
  const set = open(core.agent);
  const contend = contentionOf(core);
  const limits: RunLimits = {
    timeoutMs,
    deadline,
    signal,
    contend,
    injection: contend === 'kernel' ? injectionOf(set.ticket.stamp) : undefined,
    order: load(core.agent.words, H_SUBMITTED),
    turns: new Set(),
    fills: new Map(),
    kept: new Set(),
    keptLocks: new Map(),
  };
  const opened = beginTransaction(core, { label, set, buffers: limits.kept, locks: limits.keptLocks });
  return { set, limits, opened };
}

/** More runs than any order of arrivals can cause while tickets keep their stamps. */
const runsMax = 10_000;
/** What a transaction shows that nothing can stop. Making one costs more than all its locks. */
const neverAborted: AbortSignal = new AbortController().signal;

/** Runs `body` in a transaction. Outcomes: its result, published; rejects with what it throws, and nothing is published. `open`: its ticket. */
export async function runTransaction<R>(
  core: Core,
  body: (tx: Transaction) => Promise<R>,
  options: TransactionOptions,
  open?: (agent: Core['agent']) => LockSet,
): Promise<R> {
  const { signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const { set, limits, opened } = begin(core, options, signal, open);
  let isDone = false;
  try {
    for (let attempt = 1; attempt <= runsMax; attempt++) {
      if (limits.turns.size > 0) await whenTurnsCome(core, limits);
      if (set.contended !== 0) await takeContended(core, set, limits);
      else if (limits.fills.size > 0) await lockFilled(core, set, limits);
      noteRun(core, opened, attempt);
      const tx = new AsyncTransaction(core, set, attempt, limits);
      const ended = await settle(tx, () => body(tx));
      isDone = ended !== 'retry';
      if (ended !== 'retry') return ended.result;
    }
    return refuseRuns();
  } finally {
    endTransaction(core, opened, isDone);
    end(core, set, limits);
  }
}

/** The same, blocking this thread. Context: it may block, else EDEADLK. */
export function runTransactionSync<R>(
  core: Core,
  body: (tx: Transaction<'sync'>) => R,
  options: { timeoutMs?: number; label?: string },
): R {
  if (!core.canBlock) {
    fail('EDEADLK', 'A synchronous transaction may block, and this thread may not. Hint: use transaction().', {
      cycle: ['transactionSync', 'this thread'],
    });
  }
  const { set, limits, opened } = begin(core, options, neverAborted);
  let isDone = false;
  try {
    for (let attempt = 1; attempt <= runsMax; attempt++) {
      if (limits.turns.size > 0) blockForTurns(core, limits, set);
      if (set.contended !== 0) takeContendedSync(core, set, limits);
      else if (limits.fills.size > 0) lockFilledSync(core, set, limits);
      noteRun(core, opened, attempt);
      const tx = new SyncTransaction(core, set, attempt, limits);
      const ended = settleSync(tx, () => body(tx));
      isDone = ended !== 'retry';
      if (ended !== 'retry') return ended.result;
    }
    return refuseRuns();
  } finally {
    endTransaction(core, opened, isDone);
    end(core, set, limits);
  }
}

async function settle<R>(tx: AsyncTransaction, run: () => Promise<R>): Promise<'retry' | { result: R }> {
  try {
    const result = await run();
    const isUnderWay = await tx.quiesce();
    if (!tx.isDoomed) {
      if (isUnderWay) refuseUnderWay();
      tx.publish();
      return { result };
    }
  } catch (error) {
    await tx.quiesce();
    if (!tx.isDoomed) {
      tx.discard();
      throw error;
    }
  }
  giveBack(tx);
  return 'retry';
}

function settleSync<R>(tx: SyncTransaction, run: () => R): 'retry' | { result: R } {
  try {
    const result = run();
    if (!tx.isDoomed) {
      if (result instanceof Promise) refusePromise(result);
      tx.publish();
      return { result };
    }
  } catch (error) {
    if (!tx.isDoomed) {
      tx.discard();
      throw error;
    }
  }
  giveBack(tx);
  return 'retry';
}

/** Its drafts would be published now, and what it does later lost. */
function refusePromise(result: Promise<unknown>): never {
  result.catch(() => {});
  const sentence = 'The body of a synchronous transaction returned a promise. Hint: use transaction().';
  fail('EINVAL', sentence, { argument: 'body' });
}

/** Locks first: the buffers may go with the references that are given back then. */
function end(core: Core, set: LockSet, { kept, keptLocks }: RunLimits): void {
  // A thread that has left has no locks: its repair gave them back, and they may be another's.
  if (core.isClosed) return;
  closeLockSet(core.agent, set);
  for (const buffer of kept) releaseBuffer(core, buffer);
  for (const lock of keptLocks.values()) lock.release();
}

function refuseUnderWay(): never {
  const sentence = 'The body of the transaction returned while a call of its was under way. Hint: await every call.';
  fail('EINVAL', sentence, { argument: 'body' });
}

/** The run counts for nothing: its drafts are gone and its locks free. */
function giveBack(tx: BaseTransaction): void {
  tx.discard();
  releaseAll(tx.core.agent, tx.set);
}

/** Jobs submitted before the transaction get their place in the order of these buffers. */
async function whenTurnsCome(core: Core, limits: RunLimits): Promise<void> {
  const { signal, deadline, timeoutMs } = limits;
  if (!(await whenTrue(core, () => haveTurnsCome(core, limits), signal, deadline)))
    refuseLate(timeoutMs, 'transaction');
}

function blockForTurns(core: Core, limits: RunLimits, { ticket }: LockSet): void {
  const look = (): boolean => {
    serveQueue(core);
    checkPatience(core);
    return haveTurnsCome(core, limits);
  };
  if (look()) return;
  for (const buffer of limits.turns) {
    if (!isQueuedBefore(core, buffer, limits.order)) continue;
    // What is queued may wait for a lock that this thread has, as whoever has the lock may.
    if (isSelfDeadlock(core.agent, lockOf(core.agent, buffer), ticket)) refuseSelf();
  }
  if (!sleepUntil(core.agent, look, limits.deadline)) refuseLate(limits.timeoutMs, 'transaction');
}

/** Whether a device still has it: its thread is asked again, and rings whoever waits for memory when it has brought it home. */
function isAway({ agent }: Core, buffer: number): boolean {
  if (!isInDevice(agent, buffer) || isPinned(agent, buffer)) return false;
  addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
  return sendHome(agent, buffer);
}

function haveTurnsCome(core: Core, { turns, order }: RunLimits): boolean {
  // Before the look, so that nothing is lost between the two: who gets its turn may be over before this thread wakes again.
  addAgent(core.agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, core.agent.index);
  for (const buffer of turns) {
    if (isQueuedBefore(core, buffer, order) || isAway(core, buffer)) return false;
    turns.delete(buffer);
  }
  return true;
}

async function takeContended(core: Core, set: LockSet, limits: RunLimits): Promise<void> {
  const { signal, deadline, timeoutMs } = limits;
  const lockAt = set.contended;
  set.contended = 0;
  if (core.agent.validator !== undefined) beforeLock(core.agent, lockAt, set.ticket, false);
  let isTaken = false;
  try {
    isTaken = await whenTrue(core, () => lockStep(core.agent, set, lockAt) !== 'blocked', signal, deadline);
  } finally {
    if (!isTaken) leaveStep(core.agent, set, lockAt);
  }
  if (!isTaken) refuseLate(timeoutMs, 'transaction');
}

function takeContendedSync(core: Core, set: LockSet, { deadline, timeoutMs }: RunLimits): void {
  const lockAt = set.contended;
  set.contended = 0;
  if (core.agent.validator !== undefined) beforeLock(core.agent, lockAt, set.ticket, true);
  const step = (): boolean => lockStep(core.agent, set, lockAt) !== 'blocked';
  if (step()) return;
  const isOwn = isSelfDeadlock(core.agent, lockAt, set.ticket);
  if (!isOwn && sleepUntil(core.agent, step, deadline)) return;
  leaveStep(core.agent, set, lockAt);
  if (isOwn) refuseSelf();
  refuseLate(timeoutMs, 'transaction');
}

function refuseRuns(): never {
  fail('EBUSY', `The transaction did not get its locks in ${runsMax} runs.`, { by: 'other transactions' });
}
