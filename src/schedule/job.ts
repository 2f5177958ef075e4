/**
 * Jobs: what a job slot holds and who is at it (Linux: drm_sched_job and its fences).
 *
 * A job slot owns a timeline of its own, a lane: jobs finish out of order, points of a lane do not. The lane is never
 * closed; each use of the slot is its next point. The phase word says where the job is and names who is at it, in the
 * same compare-exchange, so that the repair of a stopped agent finds everything it was doing:
 *
 *   FILLING(submitter) -> QUEUED -> ADMITTING(agent) -> ADMITTED -> RUNNING(agent)  ------> FINISHING(agent) -> DONE(agent)
 *                            ^--------- no lock, no memory    \-> SPLIT, parts name theirs --^
 *
 * QUEUED: waits for locks and memory; no reservation knows it. ADMITTED: its point is in the reservation of every buffer
 * it uses, its dependencies are in the slot; it runs when they are over. FINISHING: outcome decided, everything after
 * that can be done again by anyone. DONE: stored before the point is signalled, so that whoever sees the point over may
 * free the slot; the agent in DONE is the one that still owes the signal.
 *
 * Not here: how it gets from one to the next (submit.ts, admit.ts, take.ts, finish.ts, repair-jobs.ts).
 */
import {
  J_FLAGS,
  J_PHASE,
  J_SEQNO_HI,
  J_SEQNO_LO,
  J_STATE,
  J_USE_COUNT,
  J_USES,
  JOB_WORDS,
  USE_WORDS,
} from '../base/layout.ts';
import { cas, load, or, store } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { FREE, generationOf, nobody, slotWord } from '../cells/slot.ts';
import type { Point } from '../fence/points.ts';

export const FILLING = 1;
export const QUEUED = 2;
export const ADMITTING = 3;
export const ADMITTED = 4;
export const RUNNING = 5;
export const SPLIT = 6;
export const FINISHING = 7;
export const DONE_JOB = 8;

export const FLAG_CANCELLED = 1;
/** May run again after a crash: it replaces what it writes. */
export const FLAG_RERUN = 2;
/** It had its turn: the contents of what it writes follow from its outcome. */
export const FLAG_TOUCHED = 8;
/** A repair touched it: it may own chunks that no word of it names, so they are found by their owner when it is freed. */
export const FLAG_REPAIRED = 16;
/** Waits for memory: later requests queue behind it. */
export const FLAG_WAITS_FOR_MEMORY = 4;
/** It took longer than it may: if the thread that is at it is ended, that is why it failed. */
export const FLAG_OVERDUE = 32;
/** Waits for memory, and somebody's lock is in the way: that of a victim, or of a buffer of its own. */
export const FLAG_CONTENDED = 64;
/** Makes the contents of a buffer that others wait for: it passes jobs of its submitter that wait for them. */
export const FLAG_FILL = 128;
/** Waits for contents that it has asked for: what it needs with them is no victim of later jobs (claims.ts). */
export const FLAG_ASKED = 256;
/** Flags share their word with the low bits of the number, so that a flag that comes late does not reach the next job. */
const flagBits = 9;

export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_UPDATE = 2;

/** Part words: state(2) | agent(6) << 2 | low bits of the number << 8, so that a stale compare-exchange fails. */
export const PART_FREE = 0;
export const PART_RUNNING = 1;
export const PART_DONE = 2;

const tagMask = 0x1fffff;

export interface Use {
  readonly buffer: number;
  readonly generation: number;
  readonly access: number;
  /** A window: it replaces only some rows. */
  readonly isPart: boolean;
  /** The heap that it is needed in; -1 or none: any that agents address. */
  readonly heap?: number;
}

export function jobAt(memory: Memory, job: number): number {
  return memory.layout.jobs + job * JOB_WORDS;
}

/** The timeline of a job slot. */
export function laneOf(memory: Memory, job: number): number {
  return memory.layout.limits.timelines + job;
}

/** The job slot of a lane, or -1 for a timeline that is not one. */
export function jobOfLane(memory: Memory, timeline: number): number {
  return timeline === memory.layout.stubTimeline ? -1 : timeline - memory.layout.limits.timelines;
}

export function phaseOf(word: number): number {
  return word & 15;
}

/** Whether a job waits for its turn. While somebody tries to give it that, it still does: who finds a lock taken puts it back. */
export function isWaitingForTurn(word: number): boolean {
  return phaseOf(word) === QUEUED || phaseOf(word) === ADMITTING;
}

export function phaseAgentOf(word: number): number {
  return (word >>> 4) & 63;
}

/** The phase word of a job: the tag tells uses of the slot apart, so that a stale compare-exchange fails. */
export function phaseWord(phase: number, agentIndex: number, seqno: number): number {
  return phase | (agentIndex << 4) | ((seqno & tagMask) << 10);
}

/** Whether a phase word is of this use of its slot. */
export function isOfSeqno(word: number, seqno: number): boolean {
  return word >>> 10 === (seqno & tagMask);
}

export function loadPhase(memory: Memory, job: number): number {
  return load(memory.words, jobAt(memory, job) + J_PHASE);
}

/** Moves a job from the phase word `from` to another phase. Outcomes: false if somebody else was faster. */
export function movePhase(
  memory: Memory,
  job: number,
  from: number,
  phase: number,
  agentIndex: number = nobody,
): boolean {
  const to = (from & ~1023) | phase | (agentIndex << 4);
  return cas(memory.words, jobAt(memory, job) + J_PHASE, from, to);
}

export function seqnoOfJob(memory: Memory, job: number): number {
  const at = jobAt(memory, job);
  return (load(memory.words, at + J_SEQNO_HI) >>> 0) * 2 ** 32 + (load(memory.words, at + J_SEQNO_LO) >>> 0);
}

export function pointOfJob(memory: Memory, job: number): Point {
  return { timeline: laneOf(memory, job), generation: 0, seqno: seqnoOfJob(memory, job) };
}

export function hasFlag(memory: Memory, job: number, flag: number): boolean {
  return (load(memory.words, jobAt(memory, job) + J_FLAGS) & flag) !== 0;
}

/** The first flags of a job. */
export function flagsWord(flags: number, seqno: number): number {
  return flags | ((seqno & tagMask) << flagBits);
}

/** Context: the job is the caller's to collect, or at the caller's hand: its slot is not used again meanwhile. */
export function setFlag(memory: Memory, job: number, flag: number): void {
  or(memory.words, jobAt(memory, job) + J_FLAGS, flag);
}

/** The same for a job that is not the caller's. Outcomes: false if the slot has another job than `phase` is of. */
export function setFlagOf(memory: Memory, job: number, phase: number, flag: number): boolean {
  const at = jobAt(memory, job) + J_FLAGS;
  for (;;) {
    const flags = load(memory.words, at);
    if (flags >>> flagBits !== phase >>> 10) return false;
    if (cas(memory.words, at, flags, flags | flag)) return true;
  }
}

/** A part word of the job whose phase word is given. */
export function partWord(state: number, agentIndex: number, phase: number): number {
  return state | (agentIndex << 2) | ((phase >>> 10) << 8);
}

export function partStateOf(word: number): number {
  return word & 3;
}

export function partAgentOf(word: number): number {
  return (word >>> 2) & 63;
}

const partBit = 1 << 24;
const heapShift = 20;
const heapMask = 15;

export function writeUse(memory: Memory, job: number, index: number, use: Use): void {
  const at = jobAt(memory, job) + J_USES + index * USE_WORDS;
  const heap = ((use.heap ?? -1) + 1) << heapShift;
  store(memory.words, at, use.buffer | heap | (use.isPart ? partBit : 0) | (use.access << 28));
  store(memory.words, at + 1, use.generation);
}

export function useOf(memory: Memory, job: number, index: number): Use {
  const at = jobAt(memory, job) + J_USES + index * USE_WORDS;
  const word = load(memory.words, at);
  return {
    buffer: word & 0xfffff,
    isPart: (word & partBit) !== 0,
    access: (word >>> 28) & 3,
    heap: ((word >>> heapShift) & heapMask) - 1,
    generation: load(memory.words, at + 1),
  };
}

export function usesOf(memory: Memory, job: number): Use[] {
  const count = load(memory.words, jobAt(memory, job) + J_USE_COUNT);
  const uses: Use[] = [];
  for (let index = 0; index < count; index++) uses.push(useOf(memory, job, index));
  return uses;
}

export function isWriting(use: Use): boolean {
  return use.access !== ACCESS_READ;
}

/** Whether a use replaces the whole buffer: it needs nothing of what is there. */
export function isReplacing(use: Use): boolean {
  return use.access === ACCESS_WRITE && !use.isPart;
}

/** Frees a slot that is the caller's to free. The generation only guards stale compare-exchanges here: it may wrap. */
export function freeJobSlot(memory: Memory, job: number): void {
  const at = jobAt(memory, job) + J_STATE;
  store(memory.words, at, slotWord(FREE, nobody, (generationOf(load(memory.words, at)) + 1) % generationCount));
}

const generationCount = 2 ** 22;

/** What chunks of this job name as their owner. */
export function chunkOwnerOf(job: number): number {
  return job + 1;
}
