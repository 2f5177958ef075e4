/**
 * Jobs after the stop of an agent: what it was running is run again or fails, what it was ending is ended, what it
 * submitted and nobody will collect is freed.
 *
 * Every change is a compare-exchange from a phase word that names the dead agent. Context: runs after the repair of
 * blocks and locks. See the phases in job.ts.
 */

import { codeNumber } from '../base/errors.ts';
import {
  H_JOB_TOP,
  J_ERROR,
  J_FLAGS,
  J_PART,
  J_PARTS,
  J_POOL,
  J_RETRIES,
  J_STATE,
  J_SUBMITTER,
} from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import { freeChunksOf } from '../cells/chunk.ts';
import type { Agent } from '../cells/memory.ts';
import { ALLOC, FREE, FREEING, nobody, ownerOf, stateOf } from '../cells/slot.ts';
import { completedOf } from '../fence/timeline.ts';
import { collectSlot, completeJob } from './complete.ts';
import {
  ADMITTED,
  ADMITTING,
  chunkOwnerOf,
  DONE_JOB,
  FILLING,
  FINISHING,
  FLAG_RERUN,
  freeJobSlot,
  jobAt,
  laneOf,
  loadPhase,
  movePhase,
  PART_DONE,
  PART_FREE,
  PART_RUNNING,
  phaseAgentOf,
  phaseOf,
  QUEUED,
  RUNNING,
  SPLIT,
  seqnoOfJob,
} from './job.ts';
import { finishSplit } from './take.ts';

export function repairJobs(agent: Agent, deadIndex: number): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    const word = load(agent.words, jobAt(agent, job) + J_STATE);
    const state = stateOf(word);
    if (state === FREE) continue;
    if ((state === ALLOC || state === FREEING) && ownerOf(word) === deadIndex) {
      repairSlot(agent, job, deadIndex, state);
      continue;
    }
    if (phaseAgentOf(loadPhase(agent, job)) === deadIndex) repairPhase(agent, job, deadIndex);
    if (phaseOf(loadPhase(agent, job)) === SPLIT) repairParts(agent, job, deadIndex);
    if (load(agent.words, jobAt(agent, job) + J_SUBMITTER) === deadIndex) orphan(agent, job, deadIndex);
  }
}

/** A slot that was being filled: its point, if it was promised, fails. One that was being freed is freed. */
function repairSlot(agent: Agent, job: number, deadIndex: number, state: number): void {
  const word = loadPhase(agent, job);
  const isPromised = state === ALLOC && phaseOf(word) === FILLING && phaseAgentOf(word) === deadIndex;
  if (isPromised && completedOf(agent, laneOf(agent, job)) < seqnoOfJob(agent, job)) {
    // Ours to free, below: completing it must not take it for one that nobody collects.
    store(agent.words, jobAt(agent, job) + J_SUBMITTER, agent.index);
    endBy(agent, job, word, codeNumber('EOWNERDEAD'), false);
  }
  freeChunksOf(agent, chunkOwnerOf(job));
  freeJobSlot(agent, job);
}

/** What the dead agent was doing to this job, as the phase says. */
function repairPhase(agent: Agent, job: number, deadIndex: number): void {
  const word = loadPhase(agent, job);
  const dead = codeNumber('EOWNERDEAD');
  switch (phaseOf(word)) {
    case FILLING:
      endBy(agent, job, word, dead, false);
      break;
    case ADMITTING:
      if (load(agent.words, jobAt(agent, job) + J_SUBMITTER) === deadIndex) endBy(agent, job, word, dead, false);
      else movePhase(agent, job, word, QUEUED);
      break;
    case RUNNING:
      if (mayRerun(agent, job)) movePhase(agent, job, word, ADMITTED);
      else endBy(agent, job, word, dead, true);
      break;
    case FINISHING:
      endBy(agent, job, word, 0, true);
      break;
    case DONE_JOB:
      if (completedOf(agent, laneOf(agent, job)) < seqnoOfJob(agent, job)) endBy(agent, job, word, 0, true);
      break;
  }
}

function repairParts(agent: Agent, job: number, deadIndex: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const parts = load(words, at + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const word = load(words, at + J_PART + part);
    if (word !== (PART_RUNNING | (deadIndex << 2))) continue;
    if (mayRerun(agent, job)) {
      cas(words, at + J_PART + part, word, PART_FREE);
    } else {
      failJob(agent, job, codeNumber('EOWNERDEAD'));
      cas(words, at + J_PART + part, word, PART_DONE);
    }
  }
  finishSplit(agent, job);
}

/** Nobody will collect it: what only its submitter could bring to an end ends now, the rest when it is done. */
function orphan(agent: Agent, job: number, deadIndex: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const word = loadPhase(agent, job);
  const phase = phaseOf(word);
  const isLocal = load(words, at + J_POOL) < 0;
  cas(words, at + J_SUBMITTER, deadIndex, nobody);
  if (phase === QUEUED || (isLocal && phase === ADMITTED)) endBy(agent, job, word, codeNumber('EOWNERDEAD'), false);
  // Read after the submitter was struck out: see completeJob.
  if (completedOf(agent, laneOf(agent, job)) >= seqnoOfJob(agent, job)) collectSlot(agent, job, seqnoOfJob(agent, job));
}

function mayRerun(agent: Agent, job: number): boolean {
  const at = jobAt(agent, job);
  if ((load(agent.words, at + J_FLAGS) & FLAG_RERUN) === 0) return false;
  const retries = load(agent.words, at + J_RETRIES);
  if (retries <= 0) return false;
  // A repair that is itself repaired may count one retry twice: fewer retries than asked, never more.
  return cas(agent.words, at + J_RETRIES, retries, retries - 1);
}

function endBy(agent: Agent, job: number, word: number, code: number, hasRun: boolean): void {
  if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job, code, hasRun);
}

function failJob(agent: Agent, job: number, code: number): void {
  cas(agent.words, jobAt(agent, job) + J_ERROR, 0, code);
}
