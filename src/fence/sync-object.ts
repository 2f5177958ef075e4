/**
 * Sync objects: a replaceable slot for fences, binary or with points of a timeline (Linux: drm_syncobj).
 *
 * The points are an immutable record in chunks; `current` names its first chunk and a version, so that replacing it is
 * one compare-exchange and a reader that was overtaken notices. Whoever waits for a point that nobody has submitted yet
 * adds itself to the interest set, then reads; whoever replaces changes `current`, then rings the set.
 *
 * A point is over when all points up to it are: the fence of point p is the merge of all entries up to p. Points that
 * are over without an error are dropped from the front when others are added.
 * Source: drivers/gpu/drm/drm_syncobj.c. Not here: waiting (fenceline/sync), import and export.
 */
import { fail } from '../base/errors.ts';
import {
  SYNC_WORDS,
  Y_CURRENT,
  Y_INTEREST,
  Y_INTEREST_OVERFLOW,
  Y_REFS,
  Y_REFS_OVERFLOW,
  Y_STATE,
} from '../base/layout.ts';
import { pointsPerSyncObject } from '../base/limits.ts';
import { cas, load, store } from '../cells/cell.ts';
import { freeChain, freeChunksOf, loadBytes, storeBytes } from '../cells/chunk.ts';
import { ringAgents } from '../cells/doorbell.ts';
import type { HeldSlot } from '../cells/held-slot.ts';
import { dropHold, finishClosing, holdSlot } from '../cells/held-slot.ts';
import { addAgent, takeAgents } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  claimSlot,
  FREE,
  FREEING,
  freeSlot,
  generationOf,
  nobody,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
  tryFreeSlot,
} from '../cells/slot.ts';
import type { Point, Points } from './points.ts';
import { DONE, mergeWithFailures, pointsStatus } from './points.ts';

export interface SyncObjectId {
  readonly syncObject: number;
  readonly generation: number;
}

interface Entry {
  readonly seqno: number;
  readonly points: Points;
}

const versionShift = 17;
const chunkMask = 2 ** versionShift - 1;
const versionCount = 2 ** 14;
/** Tells owners of chunks apart from jobs, whose number is below this. */
const ownerBase = 2 ** 30;

export function syncObjectAt(memory: Memory, syncObject: number): number {
  return memory.layout.syncObjects + syncObject * SYNC_WORDS;
}

/** Outcomes: the sync object, empty, held by this agent; or ENOSPC. */
export function createSyncObject(agent: Agent): SyncObjectId {
  const { words, layout } = agent;
  const count = layout.limits.syncObjects;
  const from = agent.cursors.get(layout.syncObjects) ?? 0;
  const syncObject = claimSlot(words, layout.syncObjects, SYNC_WORDS, count, from, agent.index);
  if (syncObject < 0) {
    fail('ENOSPC', `All sync objects (${count}) are in use. Hint: raise limits.syncObjects, or dispose of some.`, {
      limit: 'syncObjects',
      value: count,
    });
  }
  agent.cursors.set(layout.syncObjects, (syncObject + 1) % count);
  const at = syncObjectAt(agent, syncObject);
  for (let word = Y_REFS; word < SYNC_WORDS; word++) store(words, at + word, 0);
  addAgent(words, at + Y_REFS, at + Y_REFS_OVERFLOW, agent.index);
  publishSlot(words, at + Y_STATE, nobody);
  return { syncObject, generation: generationOf(load(words, at + Y_STATE)) };
}

/** Adds this agent's hold. Outcomes: false if it is gone. */
export function holdSyncObject(agent: Agent, id: SyncObjectId): boolean {
  if (holdSlot(agent, heldSlotOf(agent, id.syncObject), id.generation)) return true;
  release(agent, id.syncObject);
  return false;
}

/** Drops the hold of an agent; the last one out frees it. */
export function dropSyncObject(agent: Agent, syncObject: number, holderIndex: number): void {
  if (dropHold(agent, heldSlotOf(agent, syncObject), holderIndex)) release(agent, syncObject);
}

/**
 * Puts a fence in, in place of all (`seqno` 0: binary), or as the next point.
 * Outcomes: nothing; EINVAL if the point is not after the last one; ENOSPC (points, chunks). Wakes who waits for it.
 */
export function replaceFence(agent: Agent, syncObject: number, seqno: number, points: Points): void {
  const at = syncObjectAt(agent, syncObject);
  for (;;) {
    const current = load(agent.words, at + Y_CURRENT);
    const entries = seqno === 0 ? [] : unfinished(agent, readEntries(agent, current));
    const last = entries.at(-1);
    // Another agent may be replacing: only what stands counts.
    if (last !== undefined && last.seqno >= seqno && load(agent.words, at + Y_CURRENT) === current) {
      fail('EINVAL', `Point ${seqno} is not after the last point (${last.seqno}) of the sync object.`, {
        argument: 'point',
      });
    }
    entries.push({ seqno, points });
    checkCount(entries);
    const chunk = storeBytes(agent, encodeEntries(entries), ownerBase + syncObject);
    if (cas(agent.words, at + Y_CURRENT, current, nextCurrent(current, chunk))) {
      freeChain(agent, current & chunkMask);
      break;
    }
    freeChain(agent, chunk);
  }
  ringAgents(agent, takeAgents(agent.words, at + Y_INTEREST, at + Y_INTEREST_OVERFLOW), -1);
}

/** Takes all fences out. */
export function resetSyncObject(agent: Agent, syncObject: number): void {
  const at = syncObjectAt(agent, syncObject) + Y_CURRENT;
  for (;;) {
    const current = load(agent.words, at);
    if (!cas(agent.words, at, current, nextCurrent(current, 0))) continue;
    freeChain(agent, current & chunkMask);
    return;
  }
}

/** Asks to be rung at the next replacement. Look at the points after this. */
export function listenToSyncObject(agent: Agent, syncObject: number): void {
  const at = syncObjectAt(agent, syncObject);
  addAgent(agent.words, at + Y_INTEREST, at + Y_INTEREST_OVERFLOW, agent.index);
}

/** The points that `seqno` stands for (0: what is there), or undefined if nobody has submitted it yet. */
export function submittedPoints(memory: Memory, syncObject: number, seqno: number): Points | undefined {
  const at = syncObjectAt(memory, syncObject) + Y_CURRENT;
  for (;;) {
    const current = load(memory.words, at);
    const entries = readEntries(memory, current);
    if (load(memory.words, at) !== current) continue;
    const index = entries.findIndex((entry) => entry.seqno >= seqno);
    if (index < 0) return undefined;
    const parts: Points[] = [];
    for (let at = 0; at <= index; at++) parts.push((entries[at] as Entry).points);
    return mergeWithFailures(memory, parts);
  }
}

/** Holds of a stopped agent are dropped; what it was freeing is freed. Chunks it left behind go with their object. */
export function repairSyncObjects(agent: Agent, deadIndex: number): void {
  const { words } = agent;
  for (let syncObject = 0; syncObject < agent.layout.limits.syncObjects; syncObject++) {
    const slot = heldSlotOf(agent, syncObject);
    const word = load(words, slot.stateAt);
    const isDeads = ownerOf(word) === deadIndex;
    if (stateOf(word) === ALLOC && isDeads) tryFreeSlot(words, slot.stateAt, word);
    if (stateOf(word) === FREEING && isDeads) finishRelease(agent, syncObject);
    if (stateOf(word) === CLOSING && isDeads) finishClosing(agent, slot);
    // Also where another agent is building: a late hold of the former one may have left its bit there.
    if (stateOf(word) !== FREE) dropHold(agent, slot, deadIndex);
    if (stateOf(load(words, slot.stateAt)) === CLOSED) release(agent, syncObject);
  }
}

function release(agent: Agent, syncObject: number): void {
  const at = syncObjectAt(agent, syncObject) + Y_STATE;
  const word = load(agent.words, at);
  if (stateOf(word) !== CLOSED) return;
  if (cas(agent.words, at, word, slotWord(FREEING, agent.index, generationOf(word)))) finishRelease(agent, syncObject);
}

function finishRelease(agent: Agent, syncObject: number): void {
  freeChunksOf(agent, ownerBase + syncObject);
  freeSlot(agent.words, syncObjectAt(agent, syncObject) + Y_STATE);
}

function heldSlotOf(memory: Memory, syncObject: number): HeldSlot {
  const at = syncObjectAt(memory, syncObject);
  return { stateAt: at + Y_STATE, refsAt: at + Y_REFS, overflowAt: at + Y_REFS_OVERFLOW };
}

function nextCurrent(current: number, chunk: number): number {
  const version = ((current >>> versionShift) + 1) % versionCount;
  return chunk | (version << versionShift);
}

/** Without the points at the front that are done: a later point does not need them any more. */
function unfinished(memory: Memory, entries: Entry[]): Entry[] {
  let done = 0;
  for (const entry of entries) {
    if (pointsStatus(memory, entry.points) !== DONE) break;
    done++;
  }
  // The last one stays, so that going backwards is noticed.
  return entries.slice(Math.min(done, Math.max(0, entries.length - 1)));
}

function checkCount(entries: readonly Entry[]): void {
  if (entries.length <= pointsPerSyncObject) return;
  fail('ENOSPC', `The sync object has all its points (${pointsPerSyncObject}) pending.`, {
    limit: 'pointsPerSyncObject',
    value: pointsPerSyncObject,
  });
}

function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const numbers: number[] = [entries.length];
  for (const { seqno, points } of entries) {
    numbers.push(seqno, points.length);
    for (const point of points) numbers.push(point.timeline, point.generation, point.seqno);
  }
  return new Uint8Array(new Float64Array(numbers).buffer);
}

/** May be torn if it was replaced meanwhile: the caller compares `current` before it believes a word of it. */
function readEntries(memory: Memory, current: number): Entry[] {
  if ((current & chunkMask) === 0) return [];
  const bytes = loadBytes(memory, current & chunkMask);
  const numbers = new Float64Array(bytes.buffer, 0, Math.floor(bytes.length / 8));
  const entries: Entry[] = [];
  let at = 1;
  while (at + 1 < numbers.length) {
    const seqno = numberAt(numbers, at);
    const count = numberAt(numbers, at + 1);
    const points: Point[] = [];
    for (at += 2; points.length < count && at + 2 < numbers.length; at += 3) {
      points.push({
        timeline: numberAt(numbers, at) % memory.layout.timelineCount,
        generation: numberAt(numbers, at + 1),
        seqno: numberAt(numbers, at + 2),
      });
    }
    entries.push({ seqno, points });
  }
  return entries;
}

function numberAt(numbers: Float64Array, index: number): number {
  const value = numbers[index] ?? 0;
  return value >= 0 && Number.isSafeInteger(value) ? value : 0;
}
