/**
 * For calls that wait for nobody: who just gives a job its turn is let pass. Whoever admits jobs holds locks for a moment, and
 * waits for nothing meanwhile, so that to wait for the end of that cannot close a circle; without it, such a call would be
 * refused by chance, for as long as a worker looks at a job. Where that brings contents back or makes room it is no moment:
 * the call is refused after half a second, and at once in a thread with hooks, which only spins (contract C16).
 *
 * Not here: what is refused (implicit.ts, sync-object.ts). A transaction that holds a lock is not let pass, nor is a job that
 * waits for memory.
 */
import { H_JOB_TOP, J_PHASE, L_WORD } from './base/layout.ts';
import { lockOf } from './buffer/buffer.ts';
import { load, pauseWhile } from './cells/cell.ts';
import type { Agent } from './cells/memory.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import { agentOfTicket, isAdmissionTicket, ticketIdOf } from './lock/ticket.ts';
import { ADMITTING, isOfSeqno, jobAt, jobOfLane, phaseAgentOf, phaseOf, usesOf } from './schedule/job.ts';

/**
 * How often one call tries again after somebody passed, and looks whether they have, in all: the first looks are a spin, and
 * later ones take a millisecond. That is far more than a moment, for a system that lets a worker rest in the middle of it.
 */
const passesMax = 100;
const looksMax = 500;
const spinLooks = 100;

/** What one call has left. */
export interface Looks {
  left: number;
}

export function looksFor(core: Core): Looks {
  return { left: core.canBlock ? looksMax : spinLooks };
}

/**
 * Tries something about a buffer that whoever admits jobs may be in the way of. Outcomes: false if nobody was in passing after
 * it failed, twice in a row (one who was may have passed before the look): what is in its way stays.
 */
export function tryLettingPass(agent: Agent, buffer: number, looks: Looks, attempt: () => boolean): boolean {
  let alone = 0;
  for (let passes = 0; passes < passesMax; passes++) {
    if (attempt()) return true;
    if (looks.left === 0) return false;
    alone = letPass(agent, buffer, looks) ? 0 : alone + 1;
    if (alone === 2) return false;
  }
  return false;
}

/** Lets those pass who admit jobs that use the buffer, or hold its lock for that. Outcomes: whether there were any. */
function letPass(agent: Agent, buffer: number, looks: Looks): boolean {
  const { words } = agent;
  const top = load(words, H_JOB_TOP);
  const isAdmitting = (word: number): boolean => isAdmittedByOther(agent, word);
  let wasAny = false;
  for (let job = 0; job < top; job++) {
    const at = jobAt(agent, job) + J_PHASE;
    if (!isAdmitting(load(words, at)) || !usesOf(agent, job).some((use) => use.buffer === buffer)) continue;
    wasAny = true;
    pauseAsLongAs(agent, at, looks, isAdmitting);
  }
  const lockAt = lockOf(agent, buffer) + L_WORD;
  const isHeld = (word: number): boolean => isHeldInPassing(agent, word);
  if (!isHeld(load(words, lockAt))) return wasAny;
  pauseAsLongAs(agent, lockAt, looks, isHeld);
  return true;
}

/** Lets those pass who admit the jobs among these points. */
export function letAdmitPoints(agent: Agent, points: Points, looks: Looks): void {
  for (const { timeline, seqno } of points) {
    const job = jobOfLane(agent, timeline);
    if (job < 0) continue;
    const isAdmitting = (word: number): boolean => isOfSeqno(word, seqno) && isAdmittedByOther(agent, word);
    pauseAsLongAs(agent, jobAt(agent, job) + J_PHASE, looks, isAdmitting);
  }
}

/** Whether a lock word names the ticket that another agent admits with. */
function isHeldInPassing(agent: Agent, word: number): boolean {
  const id = ticketIdOf(word);
  return isAdmissionTicket(id) && agentOfTicket(id) !== agent.index;
}

/** What this agent does itself is not waited for. */
function isAdmittedByOther(agent: Agent, word: number): boolean {
  return phaseOf(word) === ADMITTING && phaseAgentOf(word) !== agent.index;
}

/** One that stopped in the middle of it is repaired, and has passed then. */
function pauseAsLongAs(agent: Agent, at: number, looks: Looks, isPassing: (word: number) => boolean): void {
  for (let look = 0; looks.left > 0; look++, looks.left--) {
    const word = load(agent.words, at);
    if (!isPassing(word)) return;
    pauseWhile(agent.words, at, word, look);
    if (look % spinLooks === spinLooks - 1) agent.pump.checkLives(agent);
  }
}
