/**
 * For calls that wait for nobody: who just gives a job its turn is let pass. Whoever admits jobs holds locks for a moment, and
 * waits for nothing meanwhile, so that to wait for the end of that cannot close a circle; without it, such a call would be
 * refused by chance, for as long as a worker looks at a job.
 *
 * Not here: what is refused (implicit.ts, sync-object.ts). A transaction that holds a lock is not let pass, nor is a job that
 * waits for memory.
 */
import { H_JOB_TOP, J_PHASE, L_WORD } from './base/layout.ts';
import { lockOf } from './buffer/buffer.ts';
import { load, pauseWhile } from './cells/cell.ts';
import type { Agent } from './cells/memory.ts';
import type { Points } from './fence/points.ts';
import { isHeldHere } from './lock/lock-wait.ts';
import { isAdmissionTicket } from './lock/ticket.ts';
import { holderOf } from './lock/ww-lock.ts';
import { ADMITTING, jobAt, jobOfLane, loadPhase, phaseAgentOf, phaseOf, usesOf } from './schedule/job.ts';

/**
 * How often a call tries again after somebody passed, and looks whether they have, in all: most looks take a millisecond, which
 * is far more than a moment, for a system that lets a worker rest in the middle of it. Then the call is refused after all.
 */
const passesMax = 100;
const looksMax = 2000;
const lifeCheckLooks = 100;

/** What one call has left. */
interface Looks {
  left: number;
}

/**
 * Tries something about a buffer that whoever admits jobs may be in the way of. Outcomes: false if it failed twice, with nobody in
 * passing in between: what is in its way stays.
 */
export function tryLettingPass(agent: Agent, buffer: number, attempt: () => boolean): boolean {
  const looks = { left: looksMax };
  for (let passes = 0, isLast = false; ; passes++) {
    if (attempt()) return true;
    if (isLast) return false;
    isLast = !letPass(agent, buffer, looks) || looks.left === 0 || passes === passesMax;
  }
}

/** Lets those pass who admit jobs that use the buffer, or hold its lock for that. Outcomes: whether there were any. */
function letPass(agent: Agent, buffer: number, looks: Looks): boolean {
  const top = load(agent.words, H_JOB_TOP);
  let wasAny = false;
  for (let job = 0; job < top; job++) {
    if (!isBeingAdmitted(agent, job) || !usesOf(agent, job).some((use) => use.buffer === buffer)) continue;
    wasAny = true;
    letAdmit(agent, job, looks);
  }
  const lockAt = lockOf(agent, buffer);
  if (!isHeldInPassing(agent, lockAt)) return wasAny;
  pauseAsLongAs(agent, lockAt + L_WORD, looks, () => isHeldInPassing(agent, lockAt));
  return true;
}

/** Lets those pass who admit the jobs among these points. */
export function letAdmitPoints(agent: Agent, points: Points): void {
  const looks = { left: looksMax };
  for (const { timeline } of points) {
    const job = jobOfLane(agent, timeline);
    if (job >= 0) letAdmit(agent, job, looks);
  }
}

function letAdmit(agent: Agent, job: number, looks: Looks): void {
  pauseAsLongAs(agent, jobAt(agent, job) + J_PHASE, looks, () => isBeingAdmitted(agent, job));
}

function isHeldInPassing(agent: Agent, lockAt: number): boolean {
  return isAdmissionTicket(holderOf(agent, lockAt)) && !isHeldHere(agent, lockAt);
}

/** By another agent: what this one does itself is not waited for. */
function isBeingAdmitted(agent: Agent, job: number): boolean {
  const word = loadPhase(agent, job);
  return phaseOf(word) === ADMITTING && phaseAgentOf(word) !== agent.index;
}

/** One that stopped in the middle of it is repaired, and has passed then. */
function pauseAsLongAs(agent: Agent, at: number, looks: Looks, isPassing: () => boolean): void {
  for (let look = 0; looks.left > 0 && isPassing(); look++, looks.left--) {
    pauseWhile(agent.words, at, load(agent.words, at), look);
    if (look % lifeCheckLooks === lifeCheckLooks - 1) agent.pump.checkLives(agent);
  }
}
