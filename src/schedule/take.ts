/**
 * Finding work: the oldest job of a pool, highest priority first, whose dependencies are over.
 *
 * The table of jobs is the queue. A worker that goes to sleep says so in the pool's idle set, then looks once more; who
 * makes a job ready wakes one idle worker; a worker that takes a job and sees another wakes one more. What a job depends
 * on and no worker of the pool will announce (points of other timelines) the last look before a sleep registers interest
 * in, of each job as it finds it: a pass before the look would miss what the look itself admits.
 * A ring that a dying worker swallowed is healed by ringing all after its repair.
 */

import { codeNumber } from '../base/errors.ts';
import {
  DEBUG_NOT_AHEAD,
  H_DEBUG,
  H_JOB_TOP,
  J_ERROR,
  J_ORDER,
  J_PART,
  J_PARTS,
  J_POOL,
  J_PRIORITY,
  J_SUBMITTER,
} from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { addInterest } from '../fence/timeline.ts';
import { wantPoint } from '../fence/wishes.ts';
import { noteOverwritten } from '../memory/filling.ts';
import { freshen } from '../memory/placement.ts';
import { isUsableIn } from '../memory/residence.ts';
import { moveIntoRoom } from '../memory/room.ts';
import { tryAdmit } from './admit.ts';
import { completeJob, decideError } from './complete.ts';
import { pendingDependency } from './dependencies.ts';
import type { Use } from './job.ts';
import {
  ADMITTED,
  FINISHING,
  FLAG_CANCELLED,
  FLAG_TOUCHED,
  hasFlag,
  isReplacing,
  isWriting,
  jobAt,
  jobOfLane,
  loadPhase,
  movePhase,
  PART_DONE,
  PART_FREE,
  PART_RUNNING,
  partWord,
  phaseOf,
  QUEUED,
  RUNNING,
  SPLIT,
  setFlag,
  usesOf,
} from './job.ts';
import { enterIdle, hasIdle, leaveIdle, wakeWorkers } from './pool.ts';
import { conflictsWith, noteWaiting, noWaitingUses } from './waiting-uses.ts';

/** A job, or one part of it, that is the caller's to run. */
export interface Work {
  readonly job: number;
  readonly part: number;
}

/** Takes what is to be run next; jobs that were cancelled or have failed are ended on the way. */
export function takeWork(agent: Agent, pool: number): Work | undefined {
  return take(agent, pool, false);
}

/**
 * The same, as the last look before a sleep: this worker says that it is idle, and of each job that it finds waiting for
 * what no worker of its pool announces, it listens for that. Also of one that it admits by this very look.
 */
export function takeOrListen(agent: Agent, pool: number): Work | undefined {
  enterIdle(agent, pool);
  return take(agent, pool, true);
}

function take(agent: Agent, pool: number, listens: boolean): Work | undefined {
  for (;;) {
    const isLeft = admitQueued(agent, pool);
    const { best, word, others } = findReady(agent, pool, listens);
    // Somebody else was faster: now there is time for what was left to others.
    if (best < 0 && isLeft) continue;
    if (best < 0) return undefined;
    const work = claim(agent, best, word);
    if (work === undefined) continue;
    if (others || isLeft || hasFreePart(agent, best, word)) wakeWorkers(agent, pool, 1);
    if (work.part >= 0) return work;
  }
}

/**
 * This worker has found work, or stops. If it was rung meanwhile, that may have been for another job than the one it
 * found by itself: then the ring goes on to somebody else.
 */
export function announceBusy(agent: Agent, pool: number): void {
  if (!leaveIdle(agent, pool) && findReady(agent, pool, false).best >= 0) wakeWorkers(agent, pool, 1);
}

/** Ends a part; the last one out ends the job. `code`: error number, 0 if it did what it should. */
export function finishPart(agent: Agent, work: Work, code: number): void {
  const { words } = agent;
  const word = loadPhase(agent, work.job);
  decideError(agent, work.job, code);
  if (phaseOf(word) === SPLIT) {
    store(words, jobAt(agent, work.job) + J_PART + work.part, partWord(PART_DONE, 0, word));
    finishSplit(agent, work.job);
    return;
  }
  if (movePhase(agent, work.job, word, FINISHING, agent.index)) completeJob(agent, work.job);
}

/** Ends a split job if all its parts are over. Anybody may look. */
export function finishSplit(agent: Agent, job: number): void {
  const word = loadPhase(agent, job);
  if (phaseOf(word) !== SPLIT) return;
  const at = jobAt(agent, job);
  const parts = load(agent.words, at + J_PARTS);
  const done = partWord(PART_DONE, 0, word);
  for (let part = 0; part < parts; part++) if (load(agent.words, at + J_PART + part) !== done) return;
  if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job);
}

/**
 * Tries the queued jobs of the pool: what they waited for may be free by now. A job whose buffers have to be brought first is
 * left to a worker that is idle, while another is ready to run: copying takes time, and that one should not wait for it.
 * Outcomes: whether any was left, to be woken for.
 */
function admitQueued(agent: Agent, pool: number): boolean {
  const { words } = agent;
  const top = load(words, H_JOB_TOP);
  const queued: { job: number; order: number }[] = [];
  for (let job = 0; job < top; job++) {
    if (phaseOf(loadPhase(agent, job)) !== QUEUED || load(words, jobAt(agent, job) + J_POOL) !== pool) continue;
    queued.push({ job, order: load(words, jobAt(agent, job) + J_ORDER) });
  }
  if (queued.length > 1) queued.sort((a, b) => (a.order - b.order) | 0);
  const waiting = noWaitingUses();
  let isLeft = false;
  for (const { job } of queued) {
    const uses = usesOf(agent, job);
    const submitter = load(words, jobAt(agent, job) + J_SUBMITTER);
    if (conflictsWith(waiting, submitter, uses)) continue;
    if (isMissing(agent, uses) && (isLeft || mayLeave(agent, pool))) isLeft = true;
    else if (tryAdmit(agent, job) !== 'later') continue;
    noteWaiting(waiting, submitter, uses);
  }
  return isLeft;
}

/** Whether any of these has to be brought, or given memory, before a job can run: a look, without locks. */
function isMissing(agent: Agent, uses: readonly Use[]): boolean {
  for (const { buffer, heap = -1 } of uses) if (!isUsableIn(agent, buffer, heap)) return true;
  return false;
}

/** Whether there is something better to do than copying, and somebody else to do that. */
function mayLeave(agent: Agent, pool: number): boolean {
  if ((load(agent.words, H_DEBUG) & DEBUG_NOT_AHEAD) !== 0) return false;
  return hasIdle(agent, pool) && findReady(agent, pool, false).best >= 0;
}

/** The next job; and whether there are others that somebody should look at while the caller is busy. */
function findReady(agent: Agent, pool: number, listens: boolean): { best: number; word: number; others: boolean } {
  const top = load(agent.words, H_JOB_TOP);
  let best = -1;
  let bestWord = 0;
  let others = false;
  for (let job = 0; job < top; job++) {
    // What follows is judged of the use of the slot that this word names, and claimed from this very word.
    const word = loadPhase(agent, job);
    const readiness = readinessOf(agent, job, pool, word, listens);
    if (readiness === FOREIGN) others = true;
    if (readiness !== READY) continue;
    others ||= best >= 0;
    if (best >= 0 && !isBefore(agent, job, best)) continue;
    best = job;
    bestWord = word;
  }
  return { best, word: bestWord, others };
}

const BLOCKED = 0;
const READY = 1;
/** Waits for something that no worker of the pool announces: an idle worker must listen. */
const FOREIGN = 2;

function readinessOf(agent: Agent, job: number, pool: number, word: number, listens: boolean): number {
  const phase = phaseOf(word);
  if (phase !== ADMITTED && phase !== SPLIT) return BLOCKED;
  if (load(agent.words, jobAt(agent, job) + J_POOL) !== pool) return BLOCKED;
  if (phase === SPLIT) return hasFreePart(agent, job, word) ? READY : BLOCKED;
  let heard = -1;
  for (;;) {
    const dependency = pendingDependency(agent, job);
    if (dependency === undefined) return READY;
    if (listens) wantPoint(agent, dependency);
    if (isAnnounced(agent, dependency.timeline, pool)) return BLOCKED;
    if (!listens || dependency.timeline === heard) return FOREIGN;
    // Interest first, then one more look: what was signalled in between rang nobody.
    addInterest(agent, dependency.timeline);
    heard = dependency.timeline;
  }
}

/** Whether a worker of this pool signals this timeline, and looks for work afterwards. */
export function isAnnounced(agent: Agent, timeline: number, pool: number): boolean {
  const job = jobOfLane(agent, timeline);
  return job >= 0 && load(agent.words, jobAt(agent, job) + J_POOL) === pool;
}

function isBefore(memory: Memory, a: number, b: number): boolean {
  const { words } = memory;
  const byPriority = load(words, jobAt(memory, a) + J_PRIORITY) - load(words, jobAt(memory, b) + J_PRIORITY);
  if (byPriority !== 0) return byPriority > 0;
  return ((load(words, jobAt(memory, a) + J_ORDER) - load(words, jobAt(memory, b) + J_ORDER)) | 0) < 0;
}

/** Whether parts of the split job that `word` names are still to be claimed. */
function hasFreePart(memory: Memory, job: number, word: number): boolean {
  if (phaseOf(loadPhase(memory, job)) !== SPLIT) return false;
  const at = jobAt(memory, job);
  const parts = load(memory.words, at + J_PARTS);
  const free = partWord(PART_FREE, 0, word);
  for (let part = 0; part < parts; part++) if (load(memory.words, at + J_PART + part) === free) return true;
  return false;
}

/**
 * Claims a job from the phase word that it was found ready by: a slot that was reused meanwhile has another.
 * Outcomes: the work; part -1: a job that was ended, for it was cancelled or had failed; undefined: somebody was faster.
 */
function claim(agent: Agent, job: number, word: number): Work | undefined {
  if (phaseOf(word) === ADMITTED) {
    if (!movePhase(agent, job, word, RUNNING, agent.index)) return undefined;
    const whole = begin(agent, job);
    if (whole !== undefined) return whole;
  }
  return claimPart(agent, job, word);
}

/**
 * The job's turn has come, and it is ours. Outcomes: its work; part -1 if it was ended; undefined if it is split from
 * here on, its parts to be claimed.
 */
function begin(agent: Agent, job: number): Work | undefined {
  const at = jobAt(agent, job);
  const word = loadPhase(agent, job);
  setFlag(agent, job, FLAG_TOUCHED);
  if (hasFlag(agent, job, FLAG_CANCELLED)) decideError(agent, job, codeNumber('ECANCELED'));
  if (load(agent.words, at + J_ERROR) !== 0) {
    if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job);
    return { job, part: -1 };
  }
  for (const use of usesOf(agent, job)) touchBuffer(agent, use);
  if (load(agent.words, at + J_PARTS) === 1) return { job, part: 0 };
  movePhase(agent, job, word, SPLIT);
  return undefined;
}

/** The job begins to use a buffer: see `moveIntoRoom`, `freshen`; and contents that it writes are not its source's any more. */
export function touchBuffer(agent: Agent, use: Use): void {
  if (isReplacing(use)) moveIntoRoom(agent, use.buffer);
  freshen(agent, use.buffer);
  if (isWriting(use)) noteOverwritten(agent, use.buffer, isReplacing(use));
}

/** The parts carry the number of the use that `word` names, and so does the compare-exchange. */
function claimPart(agent: Agent, job: number, word: number): Work | undefined {
  if (phaseOf(loadPhase(agent, job)) !== SPLIT) return undefined;
  const at = jobAt(agent, job);
  const parts = load(agent.words, at + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const running = partWord(PART_RUNNING, agent.index, word);
    if (cas(agent.words, at + J_PART + part, partWord(PART_FREE, 0, word), running)) return { job, part };
  }
  return undefined;
}
