/**
 * Putting a heap right after its lock was taken from somebody who did not finish: a death, or a throw in an agent that
 * lives (facts/protocols.md R4, 1.2).
 *
 * Nothing is undone. The chain is valid at every instant (block-chain.ts), so a walk in order of address finds all that
 * is true, and everything derived is written anew: links back, lists, P_USED, AC_USED. Neighbours that are both vacant, because
 * a merge or a split stopped half way, are merged. A walk that stops half way is done again by the next one.
 *
 * What names an agent that did not finish is settled in one of three scopes:
 *   section   whoever replaced a holder of the lock makes vacant what unfinished sections left with K_OWNER 0: remainders
 *             and blocks that were never handed out. They name the replaced holder, or agents that are dead, whose own
 *             unfinished sections it had been about to settle. What a living agent has taken a moment ago, and not yet
 *             written K_OWNER of, stays.
 *   self      the agent lives. As above; and a free that was under way is finished or undone, as the placement says.
 *   all       it is gone. If the placement of the buffer that a block was taken for names the block, it is LIVE (the
 *             agent stopped between placement and `commitBlock`, or between `retireBlock` and placement), and so it is if it is
 *             the room that a job has there (room.ts); otherwise
 *             vacant. So whatever changes placements after a death (publication.ts) must run before this, and
 *             nothing else may free blocks that name the dead.
 * P_PEAK needs no repair: a section that ended has written it, and what an unfinished one took is vacant again.
 *
 * Why descriptors outside of chains can be freed at the end: what names the dead agent is changed by no one else, and
 * only the agent itself puts it into a chain. After all chains were settled, what still names it is in none.
 *
 * Not here: when this is called (`agent.repairs`, and whoever catches a throw of the allocator).
 */
import { assert } from '../base/assert.ts';
import { A_STATE, B_ROOM, H_FREED, K_CLIENT, K_OWNER, K_PREVIOUS, K_STATE, P_FIRST, P_USED } from '../base/layout.ts';
import { bufferAt, placementOf } from '../buffer/buffer.ts';
import { add, load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { AGENT_DEAD, agentAt, agentStateOf, isLive } from '../cells/memory.ts';
import { ALLOC, CLOSING, LIVE, nobody, ownerOf, stateOf } from '../cells/slot.ts';
import { chargedHeap, currentAccount, recountLocked } from './account.ts';
import { clearBins, listBlock } from './block-bins.ts';
import {
  absorbBlock,
  blockAt,
  blockEnd,
  blockStart,
  blockState,
  dropBlock,
  firstBlock,
  heapAt,
  nextBlock,
  setBlockState,
  VACANT,
} from './block-chain.ts';
import { heapHolder, lockHeap, unlockHeap } from './heap-lock.ts';

type Scope = 'self' | 'all';

/**
 * Puts right what an agent left in the heaps; a `Repair`. For an agent that lives (the caller itself, after one of its
 * sections was unwound by a throw) only the unfinished section is settled: blocks that it was handed stay its own, and
 * a free that was under way is finished or undone, as the placement says.
 * Context: this agent is in no section; blocks while a living agent holds a heap. May be run again from any point.
 */
export function repairHeaps(agent: Agent, goneIndex: number): void {
  const { limits } = agent.layout;
  if (!hasTraces(agent, goneIndex)) return;
  const scope = isLive(agent, goneIndex) ? 'self' : 'all';
  assert(scope === 'all' || goneIndex === agent.index, 'An agent that lives is repaired by itself alone.');
  let hasFreed = false;
  for (let heapIndex = 0; heapIndex < limits.heaps; heapIndex++) {
    const heap = heapAt(agent, heapIndex);
    if (load(agent.words, heap + P_FIRST) === 0) continue;
    const replaced = lockHeap(agent, heap);
    if (replaced >= 0 && settleSections(agent, heap, replaced)) hasFreed = true;
    if (settleBlocks(agent, heap, goneIndex, scope)) hasFreed = true;
    rebuildHeap(agent, heap);
    unlockHeap(agent, heap);
  }
  for (let block = 0; block < limits.blocks; block++) {
    if (namedAgent(agent, block) !== goneIndex) continue;
    if (scope === 'all' || load(agent.words, blockAt(agent, block) + K_OWNER) === 0) dropBlock(agent, block);
  }
  // Whoever waits for memory is rung by the end of the repair, as everybody is.
  if (hasFreed) add(agent.words, H_FREED, 1);
}

/** Puts a heap right for whoever replaced the holder of its lock, and keeps it. Context: the heap's lock is held. */
export function finishSection(agent: Agent, heap: number, replaced: number): void {
  if (settleSections(agent, heap, replaced)) add(agent.words, H_FREED, 1);
  rebuildHeap(agent, heap);
}

/** Writes anew what is derived from the chain, and merges vacant neighbours. Context: the heap's lock is held. */
function rebuildHeap(agent: Agent, heap: number): void {
  const { words } = agent;
  clearBins(agent, heap);
  let used = 0;
  const charged: number[] = new Array(agent.layout.limits.clients).fill(0);
  let left = -1;
  let vacant = -1;
  for (let block = firstBlock(agent, heap), next = -1; block >= 0; block = next) {
    next = nextBlock(agent, block);
    const isVacant = blockState(agent, block) === VACANT;
    if (isVacant && vacant >= 0) {
      absorbBlock(agent, vacant, block);
      continue;
    }
    store(words, blockAt(agent, block) + K_PREVIOUS, left + 1);
    left = block;
    if (isVacant) {
      vacant = block;
      continue;
    }
    const units = blockEnd(agent, heap, block) - blockStart(agent, block);
    used += units;
    const account = currentAccount(agent, load(words, blockAt(agent, block) + K_CLIENT));
    // An index of an account.
    if (account >= 0) charged[account] = (charged[account] as number) + units;
    if (vacant >= 0) listWhole(agent, heap, vacant);
    vacant = -1;
  }
  if (vacant >= 0) listWhole(agent, heap, vacant);
  store(words, heap + P_USED, used);
  if (heap === heapAt(agent, chargedHeap)) recountLocked(agent, charged);
}

function listWhole(agent: Agent, heap: number, block: number): void {
  listBlock(agent, heap, block, blockEnd(agent, heap, block) - blockStart(agent, block));
}

/** Makes vacant what sections left that nobody will finish. Outcomes: true if memory came free. */
function settleSections(agent: Agent, heap: number, replaced: number): boolean {
  let hasFreed = false;
  for (let block = firstBlock(agent, heap); block >= 0; block = nextBlock(agent, block)) {
    const named = namedAgent(agent, block);
    if (named < 0 || load(agent.words, blockAt(agent, block) + K_OWNER) !== 0) continue;
    if (named !== replaced && !isDead(agent, named)) continue;
    setBlockState(agent, block, VACANT, nobody);
    hasFreed = true;
  }
  return hasFreed;
}

/** Settles all blocks of the chain that name the agent. Outcomes: true if memory came free. */
function settleBlocks(agent: Agent, heap: number, goneIndex: number, scope: Scope): boolean {
  let hasFreed = false;
  for (let block = firstBlock(agent, heap); block >= 0; block = nextBlock(agent, block)) {
    if (namedAgent(agent, block) !== goneIndex) continue;
    const state = settledState(agent, block, scope);
    if (state === VACANT) {
      store(agent.words, blockAt(agent, block) + K_OWNER, 0);
      hasFreed = true;
    }
    if (state !== ALLOC) setBlockState(agent, block, state, nobody);
  }
  return hasFreed;
}

/** What becomes of a block that names the agent; ALLOC: it stays as it is. */
function settledState(memory: Memory, block: number, scope: Scope): number {
  const owner = load(memory.words, blockAt(memory, block) + K_OWNER);
  if (owner !== 0 && isNamedBy(memory, owner - 1, block)) return LIVE;
  return owner !== 0 && scope === 'self' && blockState(memory, block) === ALLOC ? ALLOC : VACANT;
}

/** As its contents, or as the room of a job (room.ts). */
function isNamedBy(memory: Memory, buffer: number, block: number): boolean {
  return placementOf(memory, buffer) === block || load(memory.words, bufferAt(memory, buffer) + B_ROOM) === block + 1;
}

/** Whether the agent left a lock held, or anything that names it. */
function hasTraces(memory: Memory, goneIndex: number): boolean {
  const { limits } = memory.layout;
  for (let heapIndex = 0; heapIndex < limits.heaps; heapIndex++) {
    if (heapHolder(memory, heapAt(memory, heapIndex)) === goneIndex) return true;
  }
  for (let block = 0; block < limits.blocks; block++) if (namedAgent(memory, block) === goneIndex) return true;
  return false;
}

/** The agent that a descriptor names, or -1. */
function namedAgent(memory: Memory, block: number): number {
  const word = load(memory.words, blockAt(memory, block) + K_STATE);
  return stateOf(word) === ALLOC || stateOf(word) === CLOSING ? ownerOf(word) : -1;
}

function isDead(memory: Memory, agentIndex: number): boolean {
  return agentStateOf(load(memory.words, agentAt(memory, agentIndex) + A_STATE)) >= AGENT_DEAD;
}
