/**
 * Which queued jobs come before a job: looks at the table of jobs, by whoever is about to admit that one.
 *
 * Each is a look of a moment. One that says 'wait' too late is right for a job that was queued before the look; who becomes
 * free after it rings whoever listens (admit.ts), and the look is made again.
 *
 * Not here: points of jobs that were admitted before (reservations and dependencies tell), and admitting (admit.ts).
 */
import { H_JOB_TOP, H_MEMORY_WAIT, J_DEP_COUNT, J_ORDER, J_SHORT, J_SUBMITTER } from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { clientOf } from '../memory/account.ts';
import { requiredDependencies } from './dependencies.ts';
import { isReturned } from './idle.ts';
import type { Use } from './job.ts';
import { FLAG_WAITS_FOR_MEMORY, hasFlag, isWaitingForTurn, isWriting, jobAt, loadPhase, usesOf } from './job.ts';

/**
 * Whether an earlier job waits for memory: requests are served in order of submission. One that only waits for the budget of
 * its own client is in the way of that client alone; once that has room, it takes its turn for the heap.
 * Outcomes: -1; or what that job waits for, as J_SHORT.
 */
export function shortageAhead(agent: Agent, job: number, missing: readonly Use[]): number {
  const { words } = agent;
  if (load(words, H_MEMORY_WAIT) === 0) return -1;
  const order = load(words, jobAt(agent, job) + J_ORDER);
  const top = load(words, H_JOB_TOP);
  let isAnybodyWaiting = false;
  let ahead = -1;
  for (let other = 0; other < top; other++) {
    if (!isWaitingForTurn(loadPhase(agent, other)) || !hasFlag(agent, other, FLAG_WAITS_FOR_MEMORY)) continue;
    // This job itself counts: it may be the one that others are behind.
    isAnybodyWaiting = true;
    if (other === job || ((load(words, jobAt(agent, other) + J_ORDER) - order) | 0) >= 0) continue;
    const short = load(words, jobAt(agent, other) + J_SHORT);
    if (short === 0) return 0;
    if (isAnyOf(agent, short, missing)) ahead = short;
  }
  // A job that starts to wait right now sets the hint again after its attempt.
  if (!isAnybodyWaiting) store(words, H_MEMORY_WAIT, 0);
  return ahead;
}

function isAnyOf(agent: Agent, client: number, uses: readonly Use[]): boolean {
  for (const { buffer } of uses) if (clientOf(agent, buffer) === client) return true;
  return false;
}

/**
 * Whether the job waits for one that is still queued, and may be for memory: this one would hold its own, and wait for that
 * one, which waits for memory that this one holds (C6 of the contract).
 */
export function isAfterQueued(agent: Agent, job: number): boolean {
  if (load(agent.words, jobAt(agent, job) + J_DEP_COUNT) === 0) return false;
  for (const dependency of requiredDependencies(agent, job)) if (isReturned(agent, dependency)) return true;
  return false;
}

/** Whether an earlier job of the same submitter that shares a buffer is still queued: program order. */
export function isBehindEarlier(agent: Agent, job: number, uses: readonly Use[]): boolean {
  const { words } = agent;
  const at = jobAt(agent, job);
  const order = load(words, at + J_ORDER);
  const submitter = load(words, at + J_SUBMITTER);
  const top = load(words, H_JOB_TOP);
  for (let other = 0; other < top; other++) {
    if (other === job || !isWaitingForTurn(loadPhase(agent, other))) continue;
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
