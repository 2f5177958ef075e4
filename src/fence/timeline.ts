/**
 * Timelines: an ordered stream of points, each promised by `issue` and kept by `signal` (Linux: a dma-fence context).
 *
 * State: the slot's state word (LIVE -> CLOSING(by) -> CLOSED -> FREE, generation + 1), the completed sequence number
 * (seqno.ts), the issued one, error records (error-records.ts), the one-shot set of interested agents, and the agents
 * that hold the timeline. Invariants: completed <= issued, both only grow; errors are recorded before their point is
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
  TL_EPOCH,
  TL_INTEREST,
  TL_ISSUED_EPOCH,
  TL_ISSUED_LO,
  TL_LO,
  TL_OVERFLOW,
  TL_REFS,
  TL_REFS_OVERFLOW,
  TL_ROLES,
  TL_STATE,
} from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import { hintCount, ringAgents } from '../cells/doorbell.ts';
import { addAgent, readAgents, removeAgent, takeAgents } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  claimSlot,
  FREE,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
  tryFreeSlot,
} from '../cells/slot.ts';
import { HAS_ERRORS, recordError } from './error-records.ts';
import { readSeqno, stepMax, writeSeqno } from './seqno.ts';

/** The signalling end of a timeline: lives in the agent that issues and signals. */
export interface TimelineWriter {
  readonly timeline: number;
  readonly generation: number;
  issued: number;
  completed: number;
  epoch: number;
}

export function timelineAt(memory: Memory, timeline: number): number {
  return memory.layout.timelines + timeline * TIMELINE_WORDS;
}

/** Which hint bit stands for a timeline. */
export function hintOf(timeline: number): number {
  return timeline % hintCount;
}

/** Creates a timeline owned by this agent. Outcomes: its writer, or ENOSPC. */
export function createTimeline(agent: Agent): TimelineWriter {
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
  for (let word = TL_STATE + 1; word < TIMELINE_WORDS; word++) store(words, at + word, 0);
  addAgent(words, at + TL_REFS, at + TL_REFS_OVERFLOW, agent.index);
  store(words, at + TL_ROLES, (agent.index + 1) | ((agent.index + 1) << 8));
  publishSlot(words, at, agent.index);
  return { timeline, generation: generationOf(load(words, at)), issued: 0, completed: 0, epoch: 0 };
}

/** Promises the next point. Outcomes: its sequence number. Context: the issuer; from here on it must be signalled (C1). */
export function issue(agent: Agent, writer: TimelineWriter): number {
  const at = timelineAt(agent, writer.timeline);
  const seqno = writer.issued + 1;
  writeSeqno(agent.words, at + TL_ISSUED_LO, at + TL_ISSUED_EPOCH, Math.floor(writer.issued / 2 ** 30), seqno);
  writer.issued = seqno;
  return seqno;
}

/**
 * Signals every point up to `seqno`. Context: the signaller, no lock held; wakes who waits.
 * Outcomes: nothing, or EINVAL naming both points if it goes backwards, was never issued, or jumps too far.
 */
export function signal(agent: Agent, writer: TimelineWriter, seqno: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) refuseSignal(writer, seqno);
  if (seqno - writer.completed > stepMax) refuseSignal(writer, seqno);
  const at = timelineAt(agent, writer.timeline);
  writer.epoch = writeSeqno(agent.words, at + TL_LO, at + TL_EPOCH, writer.epoch, seqno);
  writer.completed = seqno;
  if (load(agent.words, at + TL_INTEREST) !== 0) wake(agent, writer.timeline);
}

function refuseSignal(writer: TimelineWriter, seqno: number): never {
  fail(
    'EINVAL',
    `Point ${seqno} cannot be signalled: timeline ${writer.timeline} completed ${writer.completed} and issued ${writer.issued}.`,
    { argument: 'upTo' },
  );
}

/** Signals up to `seqno`, which fails with `code`; points between the completed one and it are done. */
export function signalError(agent: Agent, writer: TimelineWriter, seqno: number, code: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) refuseSignal(writer, seqno);
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
 * by a repairer. Whoever finds CLOSING by a stopped agent does the rest again.
 */
export function closeTimeline(agent: Agent, timeline: number, generation: number, code: number): void {
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
  if (load(words, at + TL_CLOSE_CODE) === 0) store(words, at + TL_CLOSE_CODE, code);
  const closing = load(words, at + TL_STATE);
  if (stateOf(closing) === CLOSING) {
    cas(words, at + TL_STATE, closing, slotWord(CLOSED, nobody, generation) | (closing & HAS_ERRORS));
  }
  wake(agent, timeline);
}

/** Adds this agent's hold. Outcomes: false if the timeline is gone; then nothing is held. */
export function holdTimeline(agent: Agent, timeline: number, generation: number): boolean {
  const at = timelineAt(agent, timeline);
  if (!isGeneration(agent, timeline, generation)) return false;
  addAgent(agent.words, at + TL_REFS, at + TL_REFS_OVERFLOW, agent.index);
  if (isGeneration(agent, timeline, generation)) return true;
  removeAgent(agent.words, at + TL_REFS, at + TL_REFS_OVERFLOW, agent.index);
  return false;
}

/** Drops the hold of an agent (this one, or a dead one); the last one out of a closed timeline frees the slot. */
export function dropTimeline(agent: Agent, timeline: number, holderIndex: number): void {
  const { words } = agent;
  const at = timelineAt(agent, timeline);
  removeAgent(words, at + TL_REFS, at + TL_REFS_OVERFLOW, holderIndex);
  const word = load(words, at + TL_STATE);
  if (stateOf(word) !== CLOSED) return;
  const holders = readAgents(words, at + TL_REFS, at + TL_REFS_OVERFLOW);
  if (holders.first === 0 && holders.rest === 0) tryFreeSlot(words, at + TL_STATE, word);
}

function isGeneration(memory: Memory, timeline: number, generation: number): boolean {
  const word = load(memory.words, timelineAt(memory, timeline) + TL_STATE);
  const state = stateOf(word);
  return generationOf(word) === generation && state !== FREE && state !== ALLOC;
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
      closeTimeline(agent, timeline, generationOf(word), code);
    }
    dropTimeline(agent, timeline, deadIndex);
  }
}
