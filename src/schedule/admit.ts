/**
 * Admitting a queued job: its locks, its memory, its place in the reservations of its buffers. Done by the submitter at
 * once if nothing is in the way, else by whoever looks next: the submitter or a worker (design D6, D8).
 *
 * Order under the locks of all its buffers, taken without waiting:
 *   1. memory for buffers without any; not enough: give back what was taken, wait in order of submission
 *   2. room in every reservation; collect what must be waited for; store it in the slot
 *   3. add the job's point to every reservation            <- from here on others wait for this job
 *   4. unlock; phase ADMITTED
 * Whoever stops in 1-3 leaves phase ADMITTING naming it: the repair queues the job again (adding its point twice does no
 * harm, and a job never waits for its own lane), or fails it.
 *
 * Why program order holds: a job is not admitted while an earlier job of the same submitter that shares a buffer is
 * still queued. Why no deadlock: nothing is waited for while a lock is held, and memory is all or nothing.
 */

import { codeNumber } from '../base/errors.ts';
import {
  B_CONTENTS,
  B_CONTENTS_JOB,
  B_DRAFT,
  B_LAST_USE,
  H_JOB_TOP,
  H_MEMORY_WAIT,
  H_QUEUED_INTEREST,
  H_QUEUED_OVERFLOW,
  J_ERROR,
  J_FLAGS,
  J_ORDER,
  J_SUBMITTER,
} from '../base/layout.ts';
import { bufferAt, isBufferUsable, lockOf, placementOf, reservationOf } from '../buffer/buffer.ts';
import { and, load, store } from '../cells/cell.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Point } from '../fence/points.ts';
import { askToBeRung, clearSuspect } from '../lock/ww-lock.ts';
import { placeLocked, unplaceLocked, zeroLocked } from '../memory/placement.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { closeLockSet, openLockSet, ringQueued, tryLock } from '../reservation/lock-set.ts';
import type { UsedPoint } from '../reservation/reservation.ts';
import {
  addPointLocked,
  collectPending,
  reserveLocked,
  USAGE_READ,
  USAGE_WRITE,
  usageBefore,
} from '../reservation/reservation.ts';
import { completeJob } from './complete.ts';
import type { Dependency } from './dependencies.ts';
import { DEP_ORDER, requiredDependencies, storeDependencies } from './dependencies.ts';
import type { Use } from './job.ts';
import {
  ACCESS_WRITE,
  ADMITTED,
  ADMITTING,
  FINISHING,
  FLAG_WAITS_FOR_MEMORY,
  hasFlag,
  isWriting,
  jobAt,
  laneOf,
  loadPhase,
  movePhase,
  phaseOf,
  pointOfJob,
  QUEUED,
  setFlag,
  usesOf,
} from './job.ts';

/** 'later': still QUEUED; this agent will be rung when trying again may help. 'gone': somebody else is at it. */
export type Admission = 'admitted' | 'later' | 'gone';

type Attempt = 'done' | 'locks' | 'memory' | 'points' | 'unusable';

/**
 * Tries to admit a job. `locks`: a transaction under whose locks it runs. Context: no lock of ours but those of `locks`.
 */
export function tryAdmit(agent: Agent, job: number, locks?: LockSet): Admission {
  const word = loadPhase(agent, job);
  if (phaseOf(word) !== QUEUED || !movePhase(agent, job, word, ADMITTING, agent.index)) return 'gone';
  const mine = loadPhase(agent, job);
  let outcome = attempt(agent, job, locks);
  if (outcome !== 'done' && outcome !== 'unusable') {
    // Interest first, then one more look: what came free in between rang nobody, what comes free later rings us.
    if (outcome === 'memory') waitForMemory(agent, job);
    addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
    outcome = attempt(agent, job, locks);
  }
  if (outcome === 'unusable') {
    movePhase(agent, job, mine, FINISHING, agent.index);
    completeJob(agent, job, codeNumber('ENOENT'), false);
    return 'gone';
  }
  movePhase(agent, job, mine, outcome === 'done' ? ADMITTED : QUEUED);
  if (outcome !== 'done') return 'later';
  // Jobs queued behind this one may go on.
  ringQueued(agent);
  return 'admitted';
}

function waitForMemory(agent: Agent, job: number): void {
  setFlag(agent, job, FLAG_WAITS_FOR_MEMORY);
  store(agent.words, H_MEMORY_WAIT, 1);
}

function attempt(agent: Agent, job: number, locks: LockSet | undefined): Attempt {
  const uses = usesOf(agent, job);
  if (isBehindEarlier(agent, job, uses)) return 'locks';
  const set = locks ?? openLockSet(agent);
  try {
    return lockAll(agent, set, uses) ? admitLocked(agent, job, uses) : 'locks';
  } finally {
    if (locks === undefined) closeLockSet(agent, set);
  }
}

function admitLocked(agent: Agent, job: number, uses: readonly Use[]): Attempt {
  for (const use of uses) if (!isBufferUsable(agent, use)) return 'unusable';
  for (const use of uses) if (!reserveLocked(agent, reservationOf(agent, use.buffer), 1)) return 'points';
  // A job that has failed already needs no memory, but it waits its turn: its error belongs after earlier writes.
  if (load(agent.words, jobAt(agent, job) + J_ERROR) === 0 && !placeAll(agent, job, uses)) return 'memory';
  storeDependencies(agent, job, collectDependencies(agent, job, uses));
  const point = pointOfJob(agent, job);
  const order = load(agent.words, jobAt(agent, job) + J_ORDER);
  for (const use of uses) {
    addPointLocked(agent, reservationOf(agent, use.buffer), point, isWriting(use) ? USAGE_WRITE : USAGE_READ);
    store(agent.words, bufferAt(agent, use.buffer) + B_LAST_USE, order);
  }
  if (hasFlag(agent, job, FLAG_WAITS_FOR_MEMORY)) and(agent.words, jobAt(agent, job) + J_FLAGS, ~FLAG_WAITS_FOR_MEMORY);
  return 'done';
}

/** Takes the lock of every buffer without waiting. Outcomes: false if one is held by another; it will ring us. */
function lockAll(agent: Agent, set: LockSet, uses: readonly Use[]): boolean {
  for (const use of uses) {
    const lockAt = lockOf(agent, use.buffer);
    for (;;) {
      const outcome = tryLock(agent, set, lockAt);
      if (outcome === 'suspect') recoverLocked(agent, use.buffer);
      if (outcome !== 'blocked') break;
      if (askToBeRung(agent, lockAt)) return false;
    }
  }
  return true;
}

/**
 * The owner of the lock died with it. Whatever it did to the buffer is committed or undone by the repair of its blocks;
 * if it was editing, its users are told that the contents may not be what they expect.
 */
export function recoverLocked(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  if (load(agent.words, at + B_DRAFT) !== 0) {
    store(agent.words, at + B_CONTENTS, codeNumber('EOWNERDEAD'));
    store(agent.words, at + B_CONTENTS_JOB, 0);
    store(agent.words, at + B_DRAFT, 0);
  }
  clearSuspect(agent, lockOf(agent, buffer));
}

/** Memory for all buffers of the job that have none, or for none of them. */
function placeAll(agent: Agent, job: number, uses: readonly Use[]): boolean {
  const placed: number[] = [];
  for (const use of uses) {
    if (placementOf(agent, use.buffer) >= 0) continue;
    const isTurn = placed.length > 0 || !isBehindMemoryWaiters(agent, job);
    if (!isTurn || !placeLocked(agent, use.buffer)) {
      for (const buffer of placed) unplaceLocked(agent, buffer);
      return false;
    }
    placed.push(use.buffer);
    // What is read before it was ever written is zero, as fresh memory is; a full write needs nothing.
    if (use.access !== ACCESS_WRITE || use.isPart) zeroLocked(agent, use.buffer);
  }
  return true;
}

/** Whether an earlier job waits for memory: requests are served in order of submission. */
function isBehindMemoryWaiters(agent: Agent, job: number): boolean {
  const { words } = agent;
  if (load(words, H_MEMORY_WAIT) === 0) return false;
  const order = load(words, jobAt(agent, job) + J_ORDER);
  const top = load(words, H_JOB_TOP);
  let isAnybodyWaiting = false;
  for (let other = 0; other < top; other++) {
    const phase = phaseOf(loadPhase(agent, other));
    if (other === job || (phase !== QUEUED && phase !== ADMITTING) || !hasFlag(agent, other, FLAG_WAITS_FOR_MEMORY))
      continue;
    isAnybodyWaiting = true;
    if (((load(words, jobAt(agent, other) + J_ORDER) - order) | 0) < 0) return true;
  }
  // A job that starts to wait right now sets the hint again after its attempt.
  if (!isAnybodyWaiting) store(words, H_MEMORY_WAIT, 0);
  return false;
}

/** Whether an earlier job of the same submitter that shares a buffer is still queued: program order. */
function isBehindEarlier(agent: Agent, job: number, uses: readonly Use[]): boolean {
  const { words } = agent;
  const at = jobAt(agent, job);
  const order = load(words, at + J_ORDER);
  const submitter = load(words, at + J_SUBMITTER);
  const top = load(words, H_JOB_TOP);
  for (let other = 0; other < top; other++) {
    const phase = phaseOf(loadPhase(agent, other));
    if (other === job || (phase !== QUEUED && phase !== ADMITTING)) continue;
    const otherAt = jobAt(agent, other);
    if (load(words, otherAt + J_SUBMITTER) !== submitter) continue;
    if (((load(words, otherAt + J_ORDER) - order) | 0) < 0 && sharesBuffer(agent, other, uses)) return true;
  }
  return false;
}

function sharesBuffer(memory: Memory, job: number, uses: readonly Use[]): boolean {
  for (const theirs of usesOf(memory, job)) {
    for (const ours of uses) if (theirs.buffer === ours.buffer && (isWriting(theirs) || isWriting(ours))) return true;
  }
  return false;
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
    if (point.timeline === lane || isListed(dependencies, point)) continue;
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
