/**
 * Timelines: an ordered stream of points, each promised by `issue` and kept by `signal` (Linux: a dma-fence context).
 *
 * State: the slot's state word (LIVE -> CLOSING(by) -> CLOSED -> FREEING(by) -> FREE, generation + 1, or back to CLOSED
 * for somebody who came to hold it), the completed sequence number
 * (seqno.ts), the issued one, error records (error-records.ts), time stamps if they are asked for (time-stamps.ts), the
 * one-shot set of interested agents, and the agents that hold the timeline. Invariants: completed <= issued, both only grow; errors and stamps are recorded before their point is
 * signalled; once CLOSED nothing but holders and the state word changes.
 *
 * No lost wake-up: a signaller stores the number, then takes the interested agents; a waiter adds itself, then reads the
 * number and the state. Whichever comes second sees the other (design section 5).
 *
 * Not here: fences of several points (points.ts), waiting (watch.ts, wait.ts), and who may signal (the public shells).
 * Source: drivers/dma-buf/dma-fence.c, dma_fence_signal. Here order is enforced and no lock is held by anyone.
 */

import { codeNumber, fail } from '../base/errors.ts';
import {
  TIMELINE_WORDS,
  TL_CLOSE_CODE,
  TL_DEADLINE,
  TL_EPOCH,
  TL_INTEREST,
  TL_ISSUED_EPOCH,
  TL_ISSUED_LO,
  TL_LO,
  TL_OVERFLOW,
  TL_RECORDS,
  TL_REFS,
  TL_REFS_OVERFLOW,
  TL_ROLES,
  TL_STATE,
  TL_WANTED,
} from '../base/layout.ts';
import { cas, load, store, storeWide } from '../cells/cell.ts';
import { sharedNow } from '../cells/clock.ts';
import { hintCount, ringAgents } from '../cells/doorbell.ts';
import { addAgent, readAgents, removeAgent, takeAgents } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  claimSlot,
  FREE,
  FREEING,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
  tryFreeSlot,
} from '../cells/slot.ts';
import { TRACE_CLOSE, TRACE_FAIL, TRACE_ISSUE, TRACE_SIGNAL, trace } from '../cells/trace.ts';
import { HAS_ERRORS, recordError } from './error-records.ts';
import { readSeqno, windowMax, writeSeqno } from './seqno.ts';
import { recordCloseStamp, recordStamp } from './time-stamps.ts';

/** The signalling end of a timeline: lives in the agent that issues and signals. */
export interface TimelineWriter {
  readonly timeline: number;
  readonly generation: number;
  issued: number;
  completed: number;
  epoch: number;
}

/** What a signaller asks for when it makes its timeline, in the upper bits of the roles. */
export const KEEPS_TIMES: number = 1 << 24;
/** To be told what is waited for, and by when: wishes.ts. */
export const TELLS_WAITS: number = 1 << 25;
export const TELLS_DEADLINES: number = 1 << 26;

/** Below these bits of the wanted word stands a number. */
export const wantedShift: bigint = 53n;

/** The wanted word of a timeline of that generation for which nobody waits yet. */
export function noneWanted(generation: number): bigint {
  return BigInt.asIntN(64, BigInt(generation) << wantedShift);
}

export function timelineAt(memory: Memory, timeline: number): number {
  return memory.layout.timelines + timeline * TIMELINE_WORDS;
}

/** Which hint bit stands for a timeline. */
export function hintOf(timeline: number): number {
  return timeline % hintCount;
}

/** Creates a timeline owned by this agent. `wishes`: KEEPS_TIMES and the others below it, or 0. Outcomes: its writer, or ENOSPC. */
export function createTimeline(agent: Agent, wishes: number = 0): TimelineWriter {
  const { words, layout } = agent;
  const count = layout.limits.timelines;
  const from = agent.cursors.get(layout.timelines) ?? 0;
  const timeline = claimSlot(words, layout.timelines, TIMELINE_WORDS, count, from, agent.index);
  if (timeline < 0) {
    fail('ENOSPC', `All timelines (${count}) are in use. Hint: raise limits.timelines, or dispose of timelines.`, {
      limit: 'timelines',
      value: count,
    });
  }
  agent.cursors.set(layout.timelines, (timeline + 1) % count);
  const at = timelineAt(agent, timeline);
  // Records and stamps are there only as far as they are counted.
  for (let word = TL_STATE + 1; word < TL_RECORDS; word++) store(words, at + word, 0);
  if ((wishes & (TELLS_WAITS | TELLS_DEADLINES)) !== 0) {
    storeWide(agent.wide, (at + TL_WANTED) / 2, noneWanted(generationOf(load(words, at))));
    storeWide(agent.wide, (at + TL_DEADLINE) / 2, 0n);
  }
  addAgent(words, at + TL_REFS, at + TL_REFS_OVERFLOW, agent.index);
  store(words, at + TL_ROLES, (agent.index + 1) | ((agent.index + 1) << 8) | wishes);
  publishSlot(words, at, agent.index);
  return { timeline, generation: generationOf(load(words, at)), issued: 0, completed: 0, epoch: 0 };
}

/** Promises the next point. Outcomes: its sequence number. Context: the issuer; from here on it must be signalled (C1). */
export function issue(agent: Agent, writer: TimelineWriter): number {
  return issueUpTo(agent, writer, writer.issued + 1);
}

/**
 * Promises every point up to `seqno`, a number above the issued one. Outcomes: `seqno`, or ENOSPC if more points than
 * `windowMax` would be pending. Context: as `issue`.
 */
export function issueUpTo(agent: Agent, writer: TimelineWriter, seqno: number): number {
  const at = timelineAt(agent, writer.timeline);
  if (seqno - writer.completed > windowMax) checkWindow(agent, writer, seqno);
  writeSeqno(agent.words, at + TL_ISSUED_LO, at + TL_ISSUED_EPOCH, Math.floor(writer.issued / 2 ** 30), seqno);
  writer.issued = seqno;
  trace(agent, TRACE_ISSUE, writer.timeline, writer.generation, seqno, 0);
  return seqno;
}

/**
 * Signals every point up to `seqno`. Context: the signaller, no lock held; wakes who waits.
 * Outcomes: nothing, or EINVAL naming both points if it goes backwards, was never issued, or jumps too far.
 */
export function signal(agent: Agent, writer: TimelineWriter, seqno: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) refuseSignal(writer, seqno);
  const at = timelineAt(agent, writer.timeline);
  trace(agent, TRACE_SIGNAL, writer.timeline, writer.generation, seqno, 0);
  writer.epoch = writeSeqno(agent.words, at + TL_LO, at + TL_EPOCH, writer.epoch, seqno);
  writer.completed = seqno;
  if (load(agent.words, at + TL_INTEREST) !== 0) wake(agent, writer.timeline);
}

/** Whoever asks about a point relies on this distance (`isIssuedReached`). Somebody else may be the one who signals. */
function checkWindow(agent: Agent, writer: TimelineWriter, seqno: number): void {
  const completed = completedOf(agent, writer.timeline);
  if (seqno <= completed + windowMax) return;
  fail(
    'ENOSPC',
    `Timeline ${writer.timeline} completed ${completed} and cannot issue ${seqno}: no more than ${windowMax} points may be pending.`,
    { limit: 'windowMax', value: windowMax },
  );
}

function refuseSignal(writer: TimelineWriter, seqno: number): never {
  fail(
    'EINVAL',
    `Point ${seqno} cannot be signalled: timeline ${writer.timeline} completed ${writer.completed} and issued ${writer.issued}.`,
    { argument: 'upTo' },
  );
}

/** As `signal`, and notes that it was at `atMs`. For timelines made with KEEPS_TIMES. */
export function signalAt(agent: Agent, writer: TimelineWriter, seqno: number, atMs: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) refuseSignal(writer, seqno);
  recordStamp(agent.words, timelineAt(agent, writer.timeline), seqno, atMs);
  signal(agent, writer, seqno);
}

/**
 * Signals up to `seqno`, which fails with `code`; points between the completed one and it are done. `atMs`: as in
 * `signalAt`, of a timeline that keeps times.
 */
export function signalError(agent: Agent, writer: TimelineWriter, seqno: number, code: number, atMs?: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) refuseSignal(writer, seqno);
  if (atMs !== undefined) recordStamp(agent.words, timelineAt(agent, writer.timeline), seqno, atMs);
  trace(agent, TRACE_FAIL, writer.timeline, writer.generation, seqno, code);
  recordError(agent.words, timelineAt(agent, writer.timeline), seqno, code);
  signal(agent, writer, seqno);
}

/** Wakes everybody interested in this timeline. Whoever still waits adds itself again. */
export function wake(agent: Agent, timeline: number): void {
  const at = timelineAt(agent, timeline);
  ringAgents(agent, takeAgents(agent.words, at + TL_INTEREST, at + TL_OVERFLOW), hintOf(timeline));
}

/** This agent wants to hear of the next change. Look at the truth after this, not before. */
export function addInterest(agent: Agent, timeline: number): void {
  const at = timelineAt(agent, timeline);
  addAgent(agent.words, at + TL_INTEREST, at + TL_OVERFLOW, agent.index);
}

/**
 * Ends a timeline: every point that was not signalled fails with `code`, for ever. Done by its owner, or in its place
 * by a repairer. Whoever finds CLOSING by a stopped agent does the rest again. `atMs`: when that was, default: now.
 */
export function closeTimeline(agent: Agent, timeline: number, generation: number, code: number, atMs?: number): void {
  const { words } = agent;
  const at = timelineAt(agent, timeline);
  for (;;) {
    const word = load(words, at + TL_STATE);
    const state = stateOf(word);
    if (generationOf(word) !== generation || (state !== LIVE && state !== CLOSING)) return;
    if (state === LIVE) {
      if (!cas(words, at + TL_STATE, word, slotWord(CLOSING, agent.index, generation) | (word & HAS_ERRORS))) continue;
    }
    break;
  }
  trace(agent, TRACE_CLOSE, timeline, generation, 0, code);
  if (load(words, at + TL_CLOSE_CODE) === 0) store(words, at + TL_CLOSE_CODE, code);
  if ((load(words, at + TL_ROLES) & KEEPS_TIMES) !== 0) recordCloseStamp(words, at, atMs ?? sharedNow());
  const closing = load(words, at + TL_STATE);
  if (stateOf(closing) === CLOSING) {
    cas(words, at + TL_STATE, closing, closedWord(closing));
  }
  wake(agent, timeline);
}

/**
 * Adds this agent's hold. Outcomes: false if the timeline is gone; then nothing is held.
 *
 * The bit comes before the look at the state, as in a wait. Whoever frees announces it and then looks at the bits once
 * more: it sees ours, or we see the announcement and take it back.
 */
export function holdTimeline(agent: Agent, timeline: number, generation: number): boolean {
  const { words } = agent;
  const at = timelineAt(agent, timeline);
  if (!isThere(load(words, at + TL_STATE), generation)) return false;
  addAgent(words, at + TL_REFS, at + TL_REFS_OVERFLOW, agent.index);
  for (;;) {
    const word = load(words, at + TL_STATE);
    if (!isThere(word, generation)) break;
    if (stateOf(word) !== FREEING || cas(words, at + TL_STATE, word, closedWord(word))) return true;
  }
  // For a moment the bit stood in the way of whoever freed the timeline that is in this slot now.
  dropTimeline(agent, timeline, agent.index);
  return false;
}

/** Drops the hold of an agent (this one, or a dead one); the last one out of a closed timeline frees the slot. */
export function dropTimeline(agent: Agent, timeline: number, holderIndex: number): void {
  const at = timelineAt(agent, timeline);
  removeAgent(agent.words, at + TL_REFS, at + TL_REFS_OVERFLOW, holderIndex);
  for (;;) {
    const word = load(agent.words, at + TL_STATE);
    if (stateOf(word) !== CLOSED || isHeld(agent, at)) return;
    const freeing = slotWord(FREEING, agent.index, generationOf(word)) | (word & HAS_ERRORS);
    if (cas(agent.words, at + TL_STATE, word, freeing) && finishFreeing(agent, at, freeing)) return;
  }
}

/**
 * The second look, after FREEING was announced. Outcomes: true if there is nothing left to do: it is free, or somebody
 * who came to hold it took the announcement back. False if it is closed again: whoever was seen may have gone since,
 * and have left the freeing to us.
 */
function finishFreeing(agent: Agent, at: number, freeing: number): boolean {
  if (isHeld(agent, at)) return !cas(agent.words, at + TL_STATE, freeing, closedWord(freeing));
  tryFreeSlot(agent.words, at + TL_STATE, freeing);
  return true;
}

function isHeld(memory: Memory, at: number): boolean {
  const holders = readAgents(memory.words, at + TL_REFS, at + TL_REFS_OVERFLOW);
  return holders.first !== 0 || holders.rest !== 0;
}

/** The state word of the same timeline, closed. */
function closedWord(word: number): number {
  return slotWord(CLOSED, nobody, generationOf(word)) | (word & HAS_ERRORS);
}

/** Whether this state word is of the timeline with that generation. Points of one that is not there are unknown. */
export function isThere(word: number, generation: number): boolean {
  const state = stateOf(word);
  return generationOf(word) === generation && state >= LIVE && state <= FREEING;
}

/** The agent that signals it, or -1: nobody, or the timeline is a job's lane. */
export function signallerOf(memory: Memory, timeline: number): number {
  return signallerOfRoles(load(memory.words, timelineAt(memory, timeline) + TL_ROLES));
}

/** The same, of the roles word. */
export function signallerOfRoles(roles: number): number {
  return ((roles >>> 8) & 255) - 1;
}

/** The completed sequence number. */
export function completedOf(memory: Memory, timeline: number): number {
  const at = timelineAt(memory, timeline);
  return readSeqno(memory.words, at + TL_LO, at + TL_EPOCH);
}

/** The issued sequence number. */
export function issuedOf(memory: Memory, timeline: number): number {
  const at = timelineAt(memory, timeline);
  return readSeqno(memory.words, at + TL_ISSUED_LO, at + TL_ISSUED_EPOCH);
}

/** Timelines of a stopped agent are closed with EOWNERDEAD, its holds dropped, what it was building freed. */
export function repairTimelines(agent: Agent, deadIndex: number): void {
  const { words, layout } = agent;
  const code = codeNumber('EOWNERDEAD');
  for (let timeline = 0; timeline < layout.limits.timelines; timeline++) {
    const at = timelineAt(agent, timeline);
    const word = load(words, at + TL_STATE);
    const state = stateOf(word);
    if (state === FREE) continue;
    if (ownerOf(word) === deadIndex) {
      if (state === ALLOC) {
        tryFreeSlot(words, at + TL_STATE, word);
        continue;
      }
      // If it is closed again, dropping what the dead agent held looks once more.
      if (state === FREEING) finishFreeing(agent, at, word);
      else closeTimeline(agent, timeline, generationOf(word), code);
    }
    dropTimeline(agent, timeline, deadIndex);
  }
}
