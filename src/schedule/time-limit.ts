/**
 * Time limits of jobs (Linux: drm_sched's timeout, TDR): a kernel that runs too long must not hold its fence for ever.
 *
 * A kernel sees `cancelled` when its time is up; one that does not look has its thread ended by the pool, and the job
 * fails with ETIME. The time counts from when the job's first part began. Times are milliseconds since the space began.
 *
 * Whoever looks only marks the job; what comes of it is up to those who end it. So a look that comes late, when the job is
 * over and its slot another's, changes nobody's outcome.
 */

import { H_JOB_TOP, J_PART, J_PARTS, J_POOL, J_STARTED, J_TIMEOUT } from '../base/layout.ts';
import { cas, load } from '../cells/cell.ts';
import { now } from '../cells/clock.ts';
import type { Agent } from '../cells/memory.ts';
import {
  FLAG_OVERDUE,
  jobAt,
  loadPhase,
  PART_RUNNING,
  partAgentOf,
  partStateOf,
  partWord,
  phaseAgentOf,
  phaseOf,
  RUNNING,
  SPLIT,
  setFlagOf,
} from './job.ts';

/** A job begins, or one more part of it. */
export function noteStart(agent: Agent, job: number): void {
  // 0 means "not begun": that moment is taken for the next.
  cas(agent.words, jobAt(agent, job) + J_STARTED, 0, timeOf(agent) || 1);
}

/** Whether the time of a job that has begun is up. */
export function isOverdue(agent: Agent, job: number, graceMs: number): boolean {
  const at = jobAt(agent, job);
  const limitMs = load(agent.words, at + J_TIMEOUT);
  const started = load(agent.words, at + J_STARTED);
  // The clock wraps after 49 days; the difference does not.
  return limitMs > 0 && started !== 0 && ((timeOf(agent) - started) | 0) > limitMs + graceMs;
}

/**
 * Marks the jobs of a pool that are overdue by more than `graceMs`: they fail with ETIME when the threads that are at them
 * are ended. Outcomes: the agents that are at them.
 */
export function markOverdue(agent: Agent, pool: number, graceMs: number): Set<number> {
  const stuck = new Set<number>();
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    const at = jobAt(agent, job);
    const word = loadPhase(agent, job);
    const phase = phaseOf(word);
    if ((phase !== RUNNING && phase !== SPLIT) || load(agent.words, at + J_POOL) !== pool) continue;
    if (!isOverdue(agent, job, graceMs) || !setFlagOf(agent, job, word, FLAG_OVERDUE)) continue;
    if (phase === SPLIT) addRunners(agent, at, word, stuck);
    else if (loadPhase(agent, job) === word) stuck.add(phaseAgentOf(word));
  }
  return stuck;
}

function addRunners(agent: Agent, at: number, phase: number, stuck: Set<number>): void {
  const parts = load(agent.words, at + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const word = load(agent.words, at + J_PART + part);
    const isRunning = partStateOf(word) === PART_RUNNING && word === partWord(PART_RUNNING, partAgentOf(word), phase);
    if (isRunning) stuck.add(partAgentOf(word));
  }
}

function timeOf(agent: Agent): number {
  return Math.floor(now() - agent.traceOrigin) | 0;
}
