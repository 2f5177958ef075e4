/**
 * Putting a heap right after its lock was taken from somebody who did not finish: a death, or a throw in an agent that
 * lives (facts/protocols.md R4, 1.2).
 *
 * Nothing is undone. The chain is valid at every instant (block-chain.ts), so a walk in order of address finds all that
 * is true, and everything derived is written anew: links back, lists, P_USED. Neighbours that are both vacant, because
 * a merge or a split stopped half way, are merged. A walk that stops half way is done again by the next one.
 *
 * What names an agent that did not finish is settled in one of three scopes:
 *   section   whoever replaced it as holder of the lock makes vacant what it left with K_OWNER 0: remainders and blocks
 *             that were never handed to it. No one else in its seat can have left them: that takes the lock, too.
 *   self      the agent lives. As above; and a free that was under way is finished or undone, as the placement says.
 *   all       it is gone. If the placement of the buffer that a block was taken for names the block, it is LIVE (the
 *             agent stopped between placement and `commitBlock`, or between `retireBlock` and placement); otherwise
 *             vacant. So whatever changes placements after a death (a redo of several drafts) must run before this, and
 *             nothing else may free blocks that name the dead.
 * P_PEAK needs no repair: a section that ended has written it, and what an unfinished one took is vacant again.
 *
 * Why descriptors outside of chains can be freed at the end: what names the dead agent is changed by no one else, and
 * only the agent itself puts it into a chain. After all chains were settled, what still names it is in none.
 *
 * Not here: when this is called (`agent.repairs`, and whoever catches a throw of the allocator).
 */
import { assert } from '../base/assert.ts';
import { B_PLACEMENT, BUFFER_WORDS, H_FREED, K_OWNER, K_PREVIOUS, K_STATE, P_FIRST, P_USED } from '../base/layout.ts';
import { add, load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { isLive } from '../cells/memory.ts';
import { ALLOC, CLOSING, LIVE, nobody, ownerOf, stateOf } from '../cells/slot.ts';
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

type Scope = 'section' | 'self' | 'all';

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
    if (replaced >= 0 && replaced !== goneIndex) settleBlocks(agent, heap, replaced, 'section');
    if (settleBlocks(agent, heap, goneIndex, scope)) hasFreed = true;
    rebuildHeap(agent, heap);
    unlockHeap(agent, heap);
  }
  for (let block = 0; block < limits.blocks; block++) {
    if (!isNamed(agent, block, goneIndex)) continue;
    if (scope === 'all' || load(agent.words, blockAt(agent, block) + K_OWNER) === 0) dropBlock(agent, block);
  }
  // Whoever waits for memory is rung by the end of the repair, as everybody is.
  if (hasFreed) add(agent.words, H_FREED, 1);
}

/** Puts a heap right for whoever replaced the holder of its lock, and keeps it. Context: the heap's lock is held. */
export function finishSection(agent: Agent, heap: number, replaced: number): void {
  settleBlocks(agent, heap, replaced, 'section');
  rebuildHeap(agent, heap);
}

/** Writes anew what is derived from the chain, and merges vacant neighbours. Context: the heap's lock is held. */
function rebuildHeap(agent: Agent, heap: number): void {
  const { words } = agent;
  clearBins(agent, heap);
  let used = 0;
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
    used += blockEnd(agent, heap, block) - blockStart(agent, block);
    if (vacant >= 0) listWhole(agent, heap, vacant);
    vacant = -1;
  }
  if (vacant >= 0) listWhole(agent, heap, vacant);
  store(words, heap + P_USED, used);
}

function listWhole(agent: Agent, heap: number, block: number): void {
  listBlock(agent, heap, block, blockEnd(agent, heap, block) - blockStart(agent, block));
}

/** Settles all blocks of the chain that name the agent. Outcomes: true if memory came free. */
function settleBlocks(agent: Agent, heap: number, goneIndex: number, scope: Scope): boolean {
  let hasFreed = false;
  for (let block = firstBlock(agent, heap); block >= 0; block = nextBlock(agent, block)) {
    if (!isNamed(agent, block, goneIndex)) continue;
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
  if (load(memory.words, blockAt(memory, block) + K_OWNER) === 0) return VACANT;
  if (scope === 'section') return ALLOC;
  if (isPlaced(memory, block)) return LIVE;
  return scope === 'self' && blockState(memory, block) === ALLOC ? ALLOC : VACANT;
}

/** Whether the agent left a lock held, or anything that names it. */
function hasTraces(memory: Memory, goneIndex: number): boolean {
  const { limits } = memory.layout;
  for (let heapIndex = 0; heapIndex < limits.heaps; heapIndex++) {
    if (heapHolder(memory, heapAt(memory, heapIndex)) === goneIndex) return true;
  }
  for (let block = 0; block < limits.blocks; block++) if (isNamed(memory, block, goneIndex)) return true;
  return false;
}

function isNamed(memory: Memory, block: number, agentIndex: number): boolean {
  const word = load(memory.words, blockAt(memory, block) + K_STATE);
  return ownerOf(word) === agentIndex && (stateOf(word) === ALLOC || stateOf(word) === CLOSING);
}

/** Whether the buffer that the block was taken for has its contents there. Context: its K_OWNER is not 0. */
function isPlaced(memory: Memory, block: number): boolean {
  const owner = load(memory.words, blockAt(memory, block) + K_OWNER);
  return load(memory.words, memory.layout.buffers + (owner - 1) * BUFFER_WORDS + B_PLACEMENT) === block + 1;
}
