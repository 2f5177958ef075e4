/**
 * Contents that can be made again: by the agent named in B_SOURCE, which runs a function of its user's.
 *
 * State, in B_FILL; 0 for every buffer without a source:
 *
 *   ABSENT --somebody needs it--> WANTED --its source has filled it--> CLEAN --evicted: dropped--> ABSENT
 *   ABSENT, WANTED, CLEAN --a job of others writes it--> 0: contents that only they know, swapped out like any other
 *
 * Order of a filling, by the source's agent: a job that writes the whole buffer, and passes those that wait for it
 * (schedule/job.ts, FLAG_FILL); its function; **CLEAN**; the end of the job. While it is under way its point is in the
 * reservation: whoever needs the contents is admitted behind it, and asks for no other one.
 * Order of a drop, under the buffer's lock: ABSENT; then the memory goes (move.ts). So contents that are gone are never
 * taken for there; a death between the two has good contents made again, for nothing.
 * Asking is one compare-exchange, ABSENT to WANTED, then a ring. The source's agent looks whenever it is rung; a ring that
 * died with its ringer is healed by the ring after its repair.
 *
 * If the source's agent dies: what is ABSENT or WANTED is lost, and says so (B_CONTENTS = EOWNERDEAD, stored before B_FILL = 0);
 * what is there stays, as that of any buffer. If the function fails, so does its job: B_CONTENTS says why, B_FILL is ABSENT
 * again, and who asks next has it tried again.
 *
 * Not here: the function, and running it (source.ts), who waits for it (schedule/admit.ts, run-transaction.ts).
 */
import { codeNumber } from '../base/errors.ts';
import { B_CONTENTS, B_CONTENTS_JOB, B_CONTENTS_SEQNO, B_FILL, B_SOURCE } from '../base/layout.ts';
import { bufferAt, reservationOf } from '../buffer/buffer.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { pendingPoints, USAGE_WRITE } from '../reservation/reservation.ts';

export const FILL_ABSENT = 1;
export const FILL_WANTED = 2;
export const FILL_CLEAN = 3;

/** Gives a new buffer its source: this agent. Context: nobody else knows the buffer yet. */
export function declareSource(agent: Agent, buffer: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_FILL, FILL_ABSENT);
  store(agent.words, bufferAt(agent, buffer) + B_SOURCE, agent.index + 1);
}

export function fillOf(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_FILL);
}

/** Whether the contents are not there, and only the source can make them. Any time; a moment's answer without the lock. */
export function isAbsent(memory: Memory, buffer: number): boolean {
  const fill = fillOf(memory, buffer);
  return fill === FILL_ABSENT || fill === FILL_WANTED;
}

/** Whether the contents have to be asked for: they are not there, and nobody is about to write them. Context: locked. */
export function needsFilling(memory: Memory, buffer: number): boolean {
  if (!isAbsent(memory, buffer)) return false;
  return pendingPoints(memory, reservationOf(memory, buffer), USAGE_WRITE).length === 0;
}

/** Asks the source. Asking again, and of a buffer that needs none, does nothing. */
export function askForFilling(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  const source = load(agent.words, at + B_SOURCE);
  if (source !== 0 && cas(agent.words, at + B_FILL, FILL_ABSENT, FILL_WANTED)) ring(agent, source - 1, -1);
}

/** The source has filled it. Context: its job is under way, and was the only one to write. */
export function noteFilled(agent: Agent, buffer: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_FILL, FILL_CLEAN);
}

/** The source could not fill it: whoever asks next has it tried again. Context: as `noteFilled`. */
export function noteNotFilled(agent: Agent, buffer: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_FILL, FILL_ABSENT);
}

/** A job, or a draft, of somebody else's writes it: its source does not know these contents. `isWhole`: it replaces all. */
export function noteOverwritten(agent: Agent, buffer: number, isWhole: boolean): void {
  const fill = fillOf(agent, buffer);
  if (fill === 0 || (!isWhole && fill !== FILL_CLEAN)) return;
  store(agent.words, bufferAt(agent, buffer) + B_FILL, 0);
}

/** The contents are about to be dropped, to be made again. Context: locked, nobody uses it; it is CLEAN. */
export function forgetContents(agent: Agent, buffer: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_FILL, FILL_ABSENT);
}

/** What a stopped agent was to fill, it never will. Can be done again from any point. */
export function repairFilling(agent: Agent, buffer: number, deadIndex: number): void {
  const at = bufferAt(agent, buffer);
  if (load(agent.words, at + B_SOURCE) !== deadIndex + 1) return;
  if (isAbsent(agent, buffer)) {
    store(agent.words, at + B_CONTENTS_JOB, 0);
    store(agent.words, at + B_CONTENTS_SEQNO, 0);
    store(agent.words, at + B_CONTENTS, codeNumber('EOWNERDEAD'));
  }
  store(agent.words, at + B_FILL, 0);
  store(agent.words, at + B_SOURCE, 0);
}
