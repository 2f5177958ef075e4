/**
 * Admitting a queued job: its locks, its memory, its place in the reservations of its buffers. Done by the submitter at
 * once if nothing is in the way, else by whoever looks next: the submitter or a worker (design D6, D8).
 *
 * Order under the locks of all its buffers, taken without waiting:
 *   1. room in every reservation; memory for buffers without any, all or none, in order of submission
 *   2. collect what must be waited for; store it in the slot
 *   3. add the job's point to every reservation
 *   4. phase ADMITTED                                       <- from here on others wait for this job; then unlock
 * Whoever stops before 4 leaves phase ADMITTING naming it: the repair queues the job again, or fails it. Points that it
 * left behind do not count for others (`isReturned`) nor for the job itself (its own lane), and may be added twice.
 *
 * Why program order holds: a job is not admitted while an earlier job of the same submitter that shares a buffer is
 * still queued. Why no deadlock: nothing is waited for while a lock is held, and memory is all or nothing.
 */

import { codeNumber, FencelineError } from '../base/errors.ts';
import {
  B_LAST_USE,
  H_MEMORY_WAIT,
  H_QUEUED_INTEREST,
  H_QUEUED_OVERFLOW,
  J_CLIENT,
  J_ERROR,
  J_FLAGS,
  J_ORDER,
  J_SHORT,
  MEMORY_AWAITED,
  MEMORY_HELD,
} from '../base/layout.ts';
import { bufferAt, isBufferUsable, lockOf, reservationOf } from '../buffer/buffer.ts';
import { and, cas, load, store } from '../cells/cell.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent } from '../cells/memory.ts';
import type { Point } from '../fence/points.ts';
import { askToBeRung, clearSuspect } from '../lock/ww-lock.ts';
import { evictToBudget, newRequest } from '../memory/evict.ts';
import { askForFilling, needsFilling } from '../memory/filling.ts';
import { tryRelease } from '../memory/placement.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { openAdmissionSet, releaseAll, ringQueued, tryLock } from '../reservation/lock-set.ts';
import type { UsedPoint } from '../reservation/reservation.ts';
import {
  addPointLocked,
  collectPending,
  reserveLocked,
  USAGE_READ,
  USAGE_WRITE,
  usageBefore,
} from '../reservation/reservation.ts';
import { completeJob, giveRoomsBack } from './complete.ts';
import type { Dependency } from './dependencies.ts';
import { DEP_ORDER, requiredDependencies, storeDependencies } from './dependencies.ts';
import { isIdle, isReturned } from './idle.ts';
import type { Use } from './job.ts';
import {
  ADMITTED,
  ADMITTING,
  FINISHING,
  FLAG_ASKED,
  FLAG_CANCELLED,
  FLAG_CONTENDED,
  FLAG_FILL,
  FLAG_WAITS_FOR_MEMORY,
  hasFlag,
  isReplacing,
  isWriting,
  jobAt,
  laneOf,
  loadPhase,
  movePhase,
  phaseAgentOf,
  phaseOf,
  pointOfJob,
  QUEUED,
  setFlag,
  usesOf,
} from './job.ts';
import type { Placing } from './place-all.ts';
import { bringAll, missingOf, shortOf } from './place-all.ts';
import { ringPool } from './pool.ts';
import { isAfterQueued, isBehindEarlier, shortageAhead } from './queue-order.ts';

/** 'later': still QUEUED; this agent will be rung when trying again may help. 'gone': it is QUEUED no more. */
export type Admission = 'admitted' | 'later' | 'gone';

type Attempt = 'done' | 'locks' | 'memory' | 'room' | 'unusable';

const sets: WeakMap<Agent, LockSet> = new WeakMap();

/** Told of a table that is full, if that is why the job is 'later': its ENOSPC. */
export type OnFull = (error: FencelineError) => void;

/**
 * Tries to admit a job. `locks`: a transaction under whose locks it runs. Context: no lock of ours but those of `locks`.
 */
export function tryAdmit(agent: Agent, job: number, locks?: LockSet, onFull?: OnFull): Admission {
  for (;;) {
    const word = loadPhase(agent, job);
    if (phaseOf(word) === ADMITTING && phaseAgentOf(word) !== agent.index) {
      // Whoever is at it may fail, and be busy when it is rung: be one of those who are rung, then look again.
      listen(agent);
      if (loadPhase(agent, job) === word) return 'later';
      continue;
    }
    if (phaseOf(word) !== QUEUED) return 'gone';
    if (movePhase(agent, job, word, ADMITTING, agent.index)) return admit(agent, job, locks, onFull);
  }
}

/** Context: the phase is ADMITTING and names us. */
function admit(agent: Agent, job: number, locks: LockSet | undefined, onFull: OnFull | undefined): Admission {
  const mine = loadPhase(agent, job);
  let outcome: Attempt = 'locks';
  try {
    outcome = attempt(agent, job, locks);
    if (outcome === 'memory' || outcome === 'room' || outcome === 'locks') {
      // Interest first, then one more look: what came free in between rang nobody, what comes free later rings us.
      if (outcome === 'memory') waitForMemory(agent, job);
      listen(agent);
      outcome = attempt(agent, job, locks, onFull);
    }
  } finally {
    // A throw is a broken promise of ours, and still must not leave the job in nobody's hands.
    if (outcome !== 'done' && outcome !== 'unusable') movePhase(agent, job, mine, QUEUED);
  }
  if (outcome === 'unusable') {
    cas(agent.words, jobAt(agent, job) + J_ERROR, 0, codeNumber('ENOENT'));
    movePhase(agent, job, mine, FINISHING, agent.index);
    completeJob(agent, job);
    ringPool(agent, job);
    return 'gone';
  }
  if (outcome !== 'done') return 'later';
  // Jobs queued behind this one may go on.
  ringQueued(agent);
  return 'admitted';
}

function listen(agent: Agent): void {
  addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
}

function waitForMemory(agent: Agent, job: number): void {
  setFlag(agent, job, FLAG_WAITS_FOR_MEMORY);
  cas(agent.words, H_MEMORY_WAIT, 0, MEMORY_AWAITED);
}

function attempt(agent: Agent, job: number, locks: LockSet | undefined, onFull?: OnFull): Attempt {
  const uses = usesOf(agent, job);
  // A transaction's own job goes first: earlier ones may be queued for the very locks that it holds.
  // What fills a buffer goes before the jobs that wait for it to be filled.
  const isFirst = locks !== undefined || hasFlag(agent, job, FLAG_FILL);
  if (!isFirst && (isBehindEarlier(agent, job, uses) || isAfterQueued(agent, job))) return 'locks';
  const set = locks ?? admissionSetOf(agent);
  let outcome: Attempt = 'locks';
  try {
    if (lockAll(agent, set, uses)) outcome = admitLocked(agent, set, job, uses);
    // There may be memory by now: as long as only a lock is in the way, no patience is lost.
    else if (hasFlag(agent, job, FLAG_WAITS_FOR_MEMORY)) setFlag(agent, job, FLAG_CONTENDED);
  } catch (error) {
    // Full tables: blocks or chunks come free as other jobs end, or their submitter runs out of patience.
    if (!FencelineError.is(error, 'ENOSPC')) throw error;
    outcome = 'room';
    onFull?.(error);
  } finally {
    if (outcome !== 'done') giveRoomsBack(agent, job, uses, true);
    if (locks === undefined) releaseAll(agent, set);
  }
  // Whoever wanted to release a closed buffer found us in it.
  for (const use of uses) tryRelease(agent, use.buffer);
  return outcome;
}

/**
 * Runs `fn` under a buffer's lock if that takes no waiting. Context: `fn` only tries further locks, in `set`, admits nothing, waits for nothing.
 * Outcomes: false if somebody holds the lock, or it is kept for somebody; then `fn` was not run.
 */
export function withLockNow(agent: Agent, buffer: number, fn: (set: LockSet) => void): boolean {
  const set = admissionSetOf(agent);
  const outcome = tryLock(agent, set, lockOf(agent, buffer));
  if (outcome === 'blocked') return false;
  try {
    if (outcome === 'suspect') recoverLocked(agent, buffer);
    fn(set);
  } finally {
    releaseAll(agent, set);
  }
  return true;
}

/** Evicts from a heap, without waiting, until no more than its budget, or that of a client (0: none), is in use, or nothing more can go. */
export function trimToBudget(agent: Agent, heap: number, client: number): void {
  try {
    evictToBudget(agent, newRequest(admissionSetOf(agent), isIdle), heap, client);
  } catch (error) {
    // No descriptor for who has to leave: whoever needs the room tries again, and hears of it.
    if (!FencelineError.is(error, 'ENOSPC')) throw error;
  }
}

function admissionSetOf(agent: Agent): LockSet {
  let set = sets.get(agent);
  if (set === undefined) {
    set = openAdmissionSet(agent);
    sets.set(agent, set);
  }
  return set;
}

/** In this order, so that a throw or a refusal leaves nothing behind but memory that the buffer may keep. */
function admitLocked(agent: Agent, set: LockSet, job: number, uses: readonly Use[]): Attempt {
  for (const use of uses) if (!isBufferUsable(agent, use)) return 'unusable';
  for (const use of uses) if (!reserveLocked(agent, reservationOf(agent, use.buffer), 1)) return 'room';
  // A job that has failed already needs no memory, but it waits its turn: its error belongs after earlier writes.
  const isOver = load(agent.words, jobAt(agent, job) + J_ERROR) !== 0 || hasFlag(agent, job, FLAG_CANCELLED);
  if (!isOver) {
    const placing = place(agent, set, job, uses);
    if (placing !== 'placed') return refused(agent, job, placing);
    if (asksForFilling(agent, job, uses)) return refused(agent, job, 'busy');
  }
  storeDependencies(agent, job, collectDependencies(agent, job, uses));
  const point = pointOfJob(agent, job);
  const order = load(agent.words, jobAt(agent, job) + J_ORDER);
  const client = load(agent.words, jobAt(agent, job) + J_CLIENT);
  agent.chooser?.noteStart(agent, client, order);
  for (const use of uses) {
    addPointLocked(agent, reservationOf(agent, use.buffer), point, isWriting(use) ? USAGE_WRITE : USAGE_READ);
    agent.chooser?.noteUse(agent, use.buffer, client, order);
    store(agent.words, bufferAt(agent, use.buffer) + B_LAST_USE, order);
  }
  // A buffer that was being released meanwhile: see tryRelease, which looks again after saying so.
  for (const use of uses) if (!isBufferUsable(agent, use)) return 'unusable';
  clearFlags(agent, job, FLAG_WAITS_FOR_MEMORY | FLAG_CONTENDED | FLAG_ASKED);
  // Still under the locks: who takes them next and finds our point knows by the phase that it counts.
  movePhase(agent, job, loadPhase(agent, job), ADMITTED);
  return 'done';
}

/** Memory for all buffers of the job that have none where it can run, in order of submission. */
function place(agent: Agent, set: LockSet, job: number, uses: readonly Use[]): Placing {
  const missing = missingOf(agent, set, job, uses);
  if (missing.length === 0) return isHeldBack(agent, job, uses) ? 'busy' : 'placed';
  const ahead = shortageAhead(agent, job, missing);
  const placing = ahead >= 0 ? 'memory' : bringAll(agent, set, job, missing);
  if (placing === 'memory')
    store(agent.words, jobAt(agent, job) + J_SHORT, ahead >= 0 ? ahead : shortOf(agent, missing));
  return placing;
}

/**
 * Whether the job has to stay out of memory that an earlier one has been waiting for: what is used without a pause is never
 * free, and would be taken for memory that nobody can give.
 */
function isHeldBack(agent: Agent, job: number, uses: readonly Use[]): boolean {
  if (load(agent.words, H_MEMORY_WAIT) !== MEMORY_HELD || hasFlag(agent, job, FLAG_FILL)) return false;
  return shortageAhead(agent, job, uses) >= 0;
}

/** A job that could have memory once somebody gives a lock back does not lose its patience: it waits as for any lock. */
function refused(agent: Agent, job: number, placing: Exclude<Placing, 'placed'>): Attempt {
  if (placing === 'contended') setFlag(agent, job, FLAG_CONTENDED);
  else clearFlags(agent, job, placing === 'busy' ? FLAG_CONTENDED | FLAG_WAITS_FOR_MEMORY : FLAG_CONTENDED);
  return placing === 'busy' ? 'locks' : 'memory';
}

/**
 * Contents that only a source can make are asked for once there is memory for all of the job: so what is made for it drives
 * out nothing that it needs. Outcomes: whether it has to wait for any.
 */
function asksForFilling(agent: Agent, job: number, uses: readonly Use[]): boolean {
  let isWaiting = false;
  for (const use of uses) {
    if (isReplacing(use) || !needsFilling(agent, use.buffer)) continue;
    askForFilling(agent, use.buffer);
    isWaiting = true;
  }
  if (isWaiting) setFlag(agent, job, FLAG_ASKED);
  return isWaiting;
}

function clearFlags(agent: Agent, job: number, flags: number): void {
  if (hasFlag(agent, job, flags)) and(agent.words, jobAt(agent, job) + J_FLAGS, ~flags);
}

/**
 * Takes the lock of every buffer without waiting. Outcomes: false if one is held, or kept for an older waiter; whoever
 * gives it back rings those who listen.
 */
function lockAll(agent: Agent, set: LockSet, uses: readonly Use[]): boolean {
  for (const use of uses) {
    const lockAt = lockOf(agent, use.buffer);
    let outcome = tryLock(agent, set, lockAt);
    // Free again before we could ask: once more. Kept for a waiter: its release, or its leaving, rings.
    if (outcome === 'blocked' && !askToBeRung(agent, lockAt)) outcome = tryLock(agent, set, lockAt);
    if (outcome === 'blocked') return false;
    if (outcome === 'suspect') recoverLocked(agent, use.buffer);
  }
  return true;
}

/**
 * The owner of the lock died with it. Whatever it did to the buffer was committed or undone by the repairs of what it was
 * publishing and of its blocks: the contents are whole.
 */
export function recoverLocked(agent: Agent, buffer: number): void {
  clearSuspect(agent, lockOf(agent, buffer));
}

/** What must be over before the job runs: earlier users in its way, and what it requires. */
function collectDependencies(agent: Agent, job: number, uses: readonly Use[]): Dependency[] {
  const lane = laneOf(agent, job);
  const pending: UsedPoint[] = [];
  for (const use of uses) {
    collectPending(agent, reservationOf(agent, use.buffer), usageBefore(isWriting(use)), pending);
  }
  const dependencies = requiredDependencies(agent, job);
  for (const point of pending) {
    if (point.timeline === lane || isListed(dependencies, point) || isReturned(agent, point)) continue;
    dependencies.push({ timeline: point.timeline, generation: point.generation, seqno: point.seqno, kind: DEP_ORDER });
  }
  return dependencies;
}

function isListed(dependencies: readonly Dependency[], point: Point): boolean {
  for (const other of dependencies) {
    if (other.timeline === point.timeline && other.generation === point.generation && other.seqno >= point.seqno)
      return true;
  }
  return false;
}
