/**
 * Finding work: the oldest job of a pool, highest priority first, whose dependencies are over.
 *
 * The table of jobs is the queue. A worker that goes to sleep says so in the pool's idle set, then looks once more; who
 * makes a job ready wakes one idle worker; a worker that takes a job and sees another wakes one more. What a worker
 * depends on and no worker of the pool will announce (points of other timelines) it registers interest in before it
 * sleeps. A ring that a dying worker swallowed is healed by ringing all after its repair.
 */

import { codeNumber } from '../base/errors.ts';
import {
  H_JOB_TOP,
  J_ERROR,
  J_FLAGS,
  J_ORDER,
  J_PART,
  J_PARTS,
  J_POOL,
  J_PRIORITY,
  O_IDLE,
  O_IDLE_OVERFLOW,
  O_WORKERS,
  O_WORKERS_OVERFLOW,
  POOL_WORDS,
} from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring, ringAgents } from '../cells/doorbell.ts';
import { addAgent, popAgent, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { nobody } from '../cells/slot.ts';
import { addInterest } from '../fence/timeline.ts';
import { tryAdmit } from './admit.ts';
import { completeJob } from './complete.ts';
import { failedDependency, pendingDependency } from './dependencies.ts';
import {
  ADMITTED,
  FINISHING,
  FLAG_CANCELLED,
  jobAt,
  jobOfLane,
  loadPhase,
  movePhase,
  PART_DONE,
  PART_FREE,
  PART_RUNNING,
  phaseOf,
  QUEUED,
  RUNNING,
  SPLIT,
} from './job.ts';

/** A job, or one part of it, that is the caller's to run. */
export interface Work {
  readonly job: number;
  readonly part: number;
}

export function poolAt(memory: Memory, pool: number): number {
  return memory.layout.pools + pool * POOL_WORDS;
}

/** This agent is a worker of the pool from here on; its death takes it out again. */
export function joinPool(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  addAgent(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW, agent.index);
}

/** Takes what is to be run next; jobs that were cancelled or have failed are ended on the way. */
export function takeWork(agent: Agent, pool: number): Work | undefined {
  for (;;) {
    admitQueued(agent, pool);
    const { best, others } = findReady(agent, pool);
    if (best < 0) return undefined;
    const work = claim(agent, best);
    if (work === undefined) continue;
    if (others || hasFreePart(agent, best)) wakeWorkers(agent, pool, 1);
    if (work.part >= 0) return work;
    // Over before it began: cancelled, or failed while it was queued.
    const error = load(agent.words, jobAt(agent, best) + J_ERROR);
    movePhase(agent, best, loadPhase(agent, best), FINISHING, agent.index);
    completeJob(agent, best, error === 0 ? codeNumber('ECANCELED') : error, true);
  }
}

/** Wakes up to `count` workers of the pool that sleep. Context: a job became ready, or must be listened for. */
export function wakeWorkers(agent: Agent, pool: number, count: number): void {
  const at = poolAt(agent, pool);
  const idle = readAgents(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW);
  for (let woken = 0; woken < count; woken++) {
    const index = popAgent(idle);
    if (index < 0) return;
    removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, index);
    ring(agent, index, -1);
  }
}

/** Wakes the pool of a job, if it has one: something about the job changed. */
export function ringPool(agent: Agent, job: number): void {
  const pool = load(agent.words, jobAt(agent, job) + J_POOL);
  if (pool >= 0) wakeAllWorkers(agent, pool);
}

/** Wakes all workers of the pool: a queued job needs somebody who looks when locks or memory come free. */
export function wakeAllWorkers(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  ringAgents(agent, readAgents(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW), -1);
}

/** Says that this worker is about to sleep. Look for work after this, and before the sleep. */
export function announceIdle(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  addAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agent.index);
  listenForOthers(agent, pool);
}

export function announceBusy(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agent.index);
}

/** Ends a part; the last one out ends the job. */
export function finishPart(agent: Agent, work: Work, code: number): void {
  const { words } = agent;
  const at = jobAt(agent, work.job);
  if (code !== 0) cas(words, at + J_ERROR, 0, code);
  if (phaseOf(loadPhase(agent, work.job)) === SPLIT) {
    store(words, at + J_PART + work.part, PART_DONE);
    finishSplit(agent, work.job);
    return;
  }
  movePhase(agent, work.job, loadPhase(agent, work.job), FINISHING, agent.index);
  completeJob(agent, work.job, code, true);
}

/** Ends a split job if all its parts are over. Anybody may look. */
export function finishSplit(agent: Agent, job: number): void {
  const word = loadPhase(agent, job);
  if (phaseOf(word) !== SPLIT) return;
  const at = jobAt(agent, job);
  const parts = load(agent.words, at + J_PARTS);
  for (let part = 0; part < parts; part++) if (load(agent.words, at + J_PART + part) !== PART_DONE) return;
  if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job, 0, true);
}

/** The first dependency of the job that failed and that it requires. */
export function failedRequirement(memory: Memory, job: number): number {
  return failedDependency(memory, job)?.status ?? 0;
}

/** Tries the queued jobs of the pool: what they waited for may be free by now. */
function admitQueued(agent: Agent, pool: number): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    if (phaseOf(loadPhase(agent, job)) !== QUEUED) continue;
    if (load(agent.words, jobAt(agent, job) + J_POOL) === pool) tryAdmit(agent, job);
  }
}

/** The next job; and whether there are others that somebody should look at while the caller is busy. */
function findReady(agent: Agent, pool: number): { best: number; others: boolean } {
  const top = load(agent.words, H_JOB_TOP);
  let best = -1;
  let others = false;
  for (let job = 0; job < top; job++) {
    const readiness = readinessOf(agent, job, pool);
    if (readiness === FOREIGN) others = true;
    if (readiness !== READY) continue;
    others ||= best >= 0;
    if (best < 0 || isBefore(agent, job, best)) best = job;
  }
  return { best, others };
}

const BLOCKED = 0;
const READY = 1;
/** Waits for something that no worker of the pool announces: an idle worker must listen. */
const FOREIGN = 2;

function readinessOf(agent: Agent, job: number, pool: number): number {
  const phase = phaseOf(loadPhase(agent, job));
  if (phase !== ADMITTED && phase !== SPLIT) return BLOCKED;
  if (load(agent.words, jobAt(agent, job) + J_POOL) !== pool) return BLOCKED;
  if (phase === SPLIT) return hasFreePart(agent, job) ? READY : BLOCKED;
  const dependency = pendingDependency(agent, job);
  if (dependency === undefined) return READY;
  return isAnnounced(agent, dependency.timeline, pool) ? BLOCKED : FOREIGN;
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

function hasFreePart(memory: Memory, job: number): boolean {
  if (phaseOf(loadPhase(memory, job)) !== SPLIT) return false;
  const at = jobAt(memory, job);
  const parts = load(memory.words, at + J_PARTS);
  for (let part = 0; part < parts; part++) if (load(memory.words, at + J_PART + part) === PART_FREE) return true;
  return false;
}

/** Outcomes: the work; part -1: a job that is not to be run, RUNNING by us; undefined: somebody was faster. */
function claim(agent: Agent, job: number): Work | undefined {
  const at = jobAt(agent, job);
  const word = loadPhase(agent, job);
  const isOver = load(agent.words, at + J_ERROR) !== 0 || (load(agent.words, at + J_FLAGS) & FLAG_CANCELLED) !== 0;
  if (phaseOf(word) === ADMITTED) {
    const parts = load(agent.words, at + J_PARTS);
    if (parts === 1 || isOver) {
      return movePhase(agent, job, word, RUNNING, agent.index) ? { job, part: isOver ? -1 : 0 } : undefined;
    }
    movePhase(agent, job, word, SPLIT, nobody);
  }
  return claimPart(agent, job);
}

function claimPart(agent: Agent, job: number): Work | undefined {
  if (phaseOf(loadPhase(agent, job)) !== SPLIT) return undefined;
  const at = jobAt(agent, job);
  const parts = load(agent.words, at + J_PARTS);
  for (let part = 0; part < parts; part++) {
    if (cas(agent.words, at + J_PART + part, PART_FREE, PART_RUNNING | (agent.index << 2))) return { job, part };
  }
  return undefined;
}

/** Interest in what blocked jobs wait for, where no worker of this pool will look for work after signalling it. */
function listenForOthers(agent: Agent, pool: number): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    if (phaseOf(loadPhase(agent, job)) !== ADMITTED) continue;
    if (load(agent.words, jobAt(agent, job) + J_POOL) !== pool) continue;
    const dependency = pendingDependency(agent, job);
    if (dependency === undefined || isAnnounced(agent, dependency.timeline, pool)) continue;
    addInterest(agent, dependency.timeline);
  }
}
