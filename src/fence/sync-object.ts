/**
 * Sync objects: a replaceable slot for fences, binary or with points of a timeline (Linux: drm_syncobj).
 *
 * What is in one is a chain (chain.ts), in a list that one compare-exchange changes (link-list.ts). Whoever waits for a point
 * that nobody has promised yet adds itself to the interest set, then reads; whoever replaces or adds changes the list, then rings
 * the set. A change that was undone before a waiter in another thread looked is not seen by it: unlike in Linux, where
 * whoever replaces hands the fence to those who wait. (Waiters of the same thread are shown every change: src/sync-watch.ts.)
 *
 * Source: drivers/gpu/drm/drm_syncobj.c. Not here: waiting (fenceline/sync), and who keeps the timelines of the points
 * (src/sync-keep.ts).
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
import { cas, load, store } from '../cells/cell.ts';
import { freeChunksOf } from '../cells/chunk.ts';
import { ringAgents } from '../cells/doorbell.ts';
import { dropHold, holdSlot, repairHold } from '../cells/held-slot.ts';
import { addAgent, takeAgents } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  CLOSED,
  claimSlot,
  FREEING,
  freeSlot,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
} from '../cells/slot.ts';
import type { Chain } from './chain.ts';
import { findPoint, isPromised } from './chain.ts';
import type { Added, Head, LinkList } from './link-list.ts';
import { addLink, readChain, readHead, repairLists, replaceLinks } from './link-list.ts';

export interface SyncObjectId {
  readonly syncObject: number;
  readonly generation: number;
}

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
  if (holdSlot(agent, syncObjectAt(agent, id.syncObject), id.generation)) return true;
  release(agent, id.syncObject);
  return false;
}

/** Whether it has not been freed yet, whoever holds it. */
export function isSyncObjectThere(memory: Memory, { syncObject, generation }: SyncObjectId): boolean {
  const word = load(memory.words, syncObjectAt(memory, syncObject) + Y_STATE);
  return generationOf(word) === generation && stateOf(word) === LIVE;
}

/** Drops the hold of an agent; the last one out frees it. */
export function dropSyncObject(agent: Agent, syncObject: number, holderIndex: number): void {
  if (dropHold(agent, syncObjectAt(agent, syncObject), holderIndex)) release(agent, syncObject);
}

/**
 * Puts a chain in, in place of what is there; undefined takes everything out. Outcomes: nothing; ENOSPC (chunks), with nothing
 * changed. Wakes who waits for it.
 */
export function replaceChain(agent: Agent, syncObject: number, chain: Chain | undefined): void {
  replaceLinks(agent, listOf(agent, syncObject), chain);
  if (chain !== undefined) wakeWaiters(agent, syncObject);
}

/**
 * Adds leaves as a point, whatever its number: one that is not above the last begins a new numbering (chain.ts).
 * Outcomes: nothing; ENOSPC (points, chunks), with nothing changed. Wakes who waits for it.
 */
export function addPoint(agent: Agent, syncObject: number, point: number, added: Added): void {
  addLink(agent, listOf(agent, syncObject), point, added);
  wakeWaiters(agent, syncObject);
}

/** All that is in it now, or undefined: nothing. */
export function chainIn(memory: Memory, syncObject: number): Chain | undefined {
  return readChain(memory, listOf(memory, syncObject));
}

/** Its newest link alone, or undefined: there is none. O(1). */
export function headIn(memory: Memory, syncObject: number): Head | undefined {
  return readHead(memory, listOf(memory, syncObject));
}

/** The chain that a point stands for now (0: what is there), or undefined if nobody has promised it yet. */
export function promisedChain(memory: Memory, syncObject: number, point: number): Chain | undefined {
  const head = headIn(memory, syncObject);
  // Whoever waits for a point that is not there asks often: no look at the rest.
  if (head === undefined || !isPromised(head, point)) return undefined;
  const chain = chainIn(memory, syncObject);
  return chain === undefined ? undefined : findPoint(memory, chain, point);
}

/** Asks to be rung at the next replacement. Look at the points after this. */
export function listenToSyncObject(agent: Agent, syncObject: number): void {
  const at = syncObjectAt(agent, syncObject);
  addAgent(agent.words, at + Y_INTEREST, at + Y_INTEREST_OVERFLOW, agent.index);
}

/** Holds of a stopped agent are dropped; what it was freeing is freed, and what it had made or taken out of a list. */
export function repairSyncObjects(agent: Agent, deadIndex: number): void {
  const { words } = agent;
  for (let syncObject = 0; syncObject < agent.layout.limits.syncObjects; syncObject++) {
    const at = syncObjectAt(agent, syncObject);
    const word = load(words, at + Y_STATE);
    if (stateOf(word) === FREEING && ownerOf(word) === deadIndex) finishRelease(agent, syncObject);
    repairHold(agent, at, deadIndex);
    release(agent, syncObject);
  }
  repairLists(agent, deadIndex, (owner) => {
    const syncObject = owner - ownerBase;
    return syncObject >= 0 && syncObject < agent.layout.limits.syncObjects ? listOf(agent, syncObject) : undefined;
  });
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

/** Where its list is. */
export function listOf(memory: Memory, syncObject: number): LinkList {
  return { at: syncObjectAt(memory, syncObject) + Y_CURRENT, owner: ownerBase + syncObject };
}

function wakeWaiters(agent: Agent, syncObject: number): void {
  const at = syncObjectAt(agent, syncObject);
  ringAgents(agent, takeAgents(agent.words, at + Y_INTEREST, at + Y_INTEREST_OVERFLOW), -1);
}
