/**
 * Jobs after the stop of an agent: what it was running is run again or fails, what it was ending is ended, what it
 * submitted and nobody will collect is freed.
 *
 * Every change is a compare-exchange from a phase word that names the dead agent. Context: runs after the repair of
 * blocks and locks. See the phases in job.ts.
 */

import { codeNumber } from '../base/errors.ts';
import {
  J_DEAD,
  J_ERROR,
  J_FLAGS,
  J_PART,
  J_PARTS,
  J_POOL,
  J_RETRIES,
  J_STARTED,
  J_STATE,
  J_SUBMITTER,
} from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import { freeChunksOf } from '../cells/chunk.ts';
import type { Agent } from '../cells/memory.ts';
import { ALLOC, FREEING, LIVE, nobody, ownerOf, stateOf } from '../cells/slot.ts';
import { completedOf } from '../fence/timeline.ts';
import { settleRoom } from '../memory/room.ts';
import { collectSlot, completeJob, decideError, giveRoomsBack } from './complete.ts';
import {
  ADMITTED,
  ADMITTING,
  chunkOwnerOf,
  DONE_JOB,
  FILLING,
  FINISHING,
  FLAG_OVERDUE,
  FLAG_REPAIRED,
  FLAG_RERUN,
  FLAG_TOUCHED,
  freeJobSlot,
  hasFlag,
  isOfSeqno,
  jobAt,
  laneOf,
  loadPhase,
  movePhase,
  PART_DONE,
  PART_FREE,
  PART_RUNNING,
  partWord,
  phaseAgentOf,
  phaseOf,
  phaseWord,
  QUEUED,
  RUNNING,
  SPLIT,
  seqnoOfJob,
  setFlag,
  usesOf,
} from './job.ts';
import { finishSplit } from './take.ts';

export function repairJobs(agent: Agent, deadIndex: number): void {
  // All slots: one that is being filled may not be below the top yet.
  for (let job = 0; job < agent.layout.limits.jobs; job++) {
    const word = load(agent.words, jobAt(agent, job) + J_STATE);
    const state = stateOf(word);
    if ((state === ALLOC || state === FREEING) && ownerOf(word) === deadIndex) {
      // Being filled: nobody knows its point yet. Being freed: the rest of that.
      freeChunksOf(agent, chunkOwnerOf(job));
      freeJobSlot(agent, job);
    }
    // Another's ALLOC is being refilled: its words are of two lives.
    if (state !== LIVE) continue;
    if (phaseAgentOf(loadPhase(agent, job)) === deadIndex) repairPhase(agent, job, deadIndex);
    if (phaseOf(loadPhase(agent, job)) === SPLIT) repairParts(agent, job, deadIndex);
    const submitter = load(agent.words, jobAt(agent, job) + J_SUBMITTER);
    if (submitter === deadIndex) orphan(agent, job, deadIndex);
    if (submitter === nobody) collectOrphan(agent, job);
  }
}

/** What the dead agent was doing to this job, as the phase says. */
function repairPhase(agent: Agent, job: number, deadIndex: number): void {
  const word = loadPhase(agent, job);
  const dead = codeOfDeath(agent, job);
  // First: whoever goes on with it may free it at once.
  setFlag(agent, job, FLAG_REPAIRED);
  store(agent.words, jobAt(agent, job) + J_DEAD, word);
  switch (phaseOf(word)) {
    case FILLING:
      endBy(agent, job, word, dead);
      break;
    case ADMITTING:
      if (load(agent.words, jobAt(agent, job) + J_SUBMITTER) === deadIndex) endBy(agent, job, word, dead);
      else goBackToQueue(agent, job, word);
      break;
    case RUNNING:
      for (const { buffer } of usesOf(agent, job)) settleRoom(agent, buffer);
      // Taken and not begun: anybody may take it.
      if (!hasFlag(agent, job, FLAG_TOUCHED) || mayRerun(agent, job)) goBack(agent, job, word);
      else endBy(agent, job, word, dead);
      break;
    case FINISHING:
      endBy(agent, job, word, 0);
      break;
    case DONE_JOB:
      if (!isOfSeqno(word, seqnoOfJob(agent, job))) break;
      if (!isSignaled(agent, job)) endBy(agent, job, word, 0);
      break;
  }
}

function repairParts(agent: Agent, job: number, deadIndex: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const phase = loadPhase(agent, job);
  const parts = load(words, at + J_PARTS);
  const running = partWord(PART_RUNNING, deadIndex, phase);
  for (let part = 0; part < parts; part++) {
    if (load(words, at + J_PART + part) !== running) continue;
    setFlag(agent, job, FLAG_REPAIRED);
    if (mayRerun(agent, job)) {
      store(words, at + J_STARTED, 0);
      cas(words, at + J_PART + part, running, partWord(PART_FREE, 0, phase));
    } else {
      store(words, at + J_DEAD, phaseWord(SPLIT, deadIndex, seqnoOfJob(agent, job)));
      decideError(agent, job, codeOfDeath(agent, job));
      cas(words, at + J_PART + part, running, partWord(PART_DONE, 0, phase));
    }
  }
  finishSplit(agent, job);
}

/**
 * Nobody will collect it: what only its submitter could bring to an end ends now, the rest when it is done. It is struck
 * out after that, so that a repairer who stops in between finds it again.
 */
function orphan(agent: Agent, job: number, deadIndex: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const word = loadPhase(agent, job);
  const phase = phaseOf(word);
  const isLocal = load(words, at + J_POOL) < 0;
  const isStuck = phase === QUEUED || (isLocal && (phase === ADMITTED || phase === RUNNING));
  if (isStuck && load(words, at + J_SUBMITTER) === deadIndex) {
    setFlag(agent, job, FLAG_REPAIRED);
    endBy(agent, job, word, codeNumber('EOWNERDEAD'));
  }
  const seqno = seqnoOfJob(agent, job);
  if (!cas(words, at + J_SUBMITTER, deadIndex, nobody)) return;
  // Read after the submitter was struck out: see completeJob.
  if (isSignaled(agent, job)) collectSlot(agent, job, seqno);
}

/** The submitter was struck out before: whoever was about to free the slot then may be the dead agent. */
function collectOrphan(agent: Agent, job: number): void {
  const seqno = seqnoOfJob(agent, job);
  const word = loadPhase(agent, job);
  if (phaseOf(word) === DONE_JOB && isOfSeqno(word, seqno) && isSignaled(agent, job)) collectSlot(agent, job, seqno);
}

function isSignaled(agent: Agent, job: number): boolean {
  return completedOf(agent, laneOf(agent, job)) >= seqnoOfJob(agent, job);
}

/** Anybody may admit it: with the memory that it gets then. */
function goBackToQueue(agent: Agent, job: number, word: number): void {
  giveRoomsBack(agent, job, usesOf(agent, job));
  movePhase(agent, job, word, QUEUED);
}

/** Anybody may take it again; its time begins anew. */
function goBack(agent: Agent, job: number, word: number): void {
  store(agent.words, jobAt(agent, job) + J_STARTED, 0);
  movePhase(agent, job, word, ADMITTED);
}

function mayRerun(agent: Agent, job: number): boolean {
  const at = jobAt(agent, job);
  if ((load(agent.words, at + J_FLAGS) & FLAG_RERUN) === 0) return false;
  // It took too long, or another part of it failed.
  if (hasFlag(agent, job, FLAG_OVERDUE) || load(agent.words, at + J_ERROR) !== 0) return false;
  const retries = load(agent.words, at + J_RETRIES);
  if (retries <= 0) return false;
  // A repair that is itself repaired may count one retry twice: fewer retries than asked, never more.
  return cas(agent.words, at + J_RETRIES, retries, retries - 1);
}

/** Why a job failed whose thread is gone: the thread was ended because the job took too long, or it stopped by itself. */
function codeOfDeath(agent: Agent, job: number): number {
  return codeNumber(hasFlag(agent, job, FLAG_OVERDUE) ? 'ETIME' : 'EOWNERDEAD');
}

/** The error first: whoever finds FINISHING finds the outcome. */
function endBy(agent: Agent, job: number, word: number, code: number): void {
  decideError(agent, job, code);
  if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job);
}
