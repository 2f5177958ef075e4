/**
 * Putting a heap right after its lock was taken from somebody who did not finish: a death, or a throw in an agent that
 * lives (facts/protocols.md R4, 1.2).
 *
 * Nothing is undone. The chain is valid at every instant (block-chain.ts), so a walk in order of address finds all that
 * is true, and everything derived is written anew: links back, lists, P_USED. Neighbours that are both vacant, because
 * a merge or a split stopped half way, are merged. A walk that stops half way is done again by the next one.
 *
 * What names a dead agent is settled by the buffer it was taken for: if that buffer's placement names the block, it is
 * LIVE (the agent died between placement and `commitBlock`, or between `retireBlock` and placement); otherwise its
 * memory is vacant. So whatever changes placements after a death (a redo of several drafts) must run before this.
 * Nothing else may free the blocks of the dead.
 *
 * Why descriptors outside of chains can be freed at the end: what names the dead agent is changed by no one else, and
 * only the agent itself puts it into a chain. After all chains were settled, what still names it is in none.
 *
 * Not here: when this is called (`agent.repairs`, and whoever catches a throw of the allocator).
 */
import {
  B_PLACEMENT,
  BUFFER_WORDS,
  H_FREED,
  K_OWNER,
  K_PREVIOUS,
  K_STATE,
  P_FIRST,
  P_PEAK,
  P_USED,
} from '../base/layout.ts';
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

/**
 * Puts right what an agent left in the heaps; a `Repair`. For an agent that lives (the caller itself, after one of its
 * sections was unwound by a throw) only the unfinished section is settled: blocks that it was handed stay its own, and
 * a free that was under way is finished or undone, as the placement says.
 * Context: this agent is in no section; blocks while a living agent holds a heap. May be run again from any point.
 */
export function repairHeaps(agent: Agent, goneIndex: number): void {
  const { limits } = agent.layout;
  if (!hasTraces(agent, goneIndex)) return;
  const isAlive = isLive(agent, goneIndex);
  let hasFreed = false;
  for (let heapIndex = 0; heapIndex < limits.heaps; heapIndex++) {
    const heap = heapAt(agent, heapIndex);
    if (load(agent.words, heap + P_FIRST) === 0) continue;
    lockHeap(agent, heap);
    if (settleBlocks(agent, heap, goneIndex, isAlive)) hasFreed = true;
    rebuildHeap(agent, heap);
    unlockHeap(agent, heap);
  }
  for (let block = 0; block < limits.blocks; block++) {
    if (isNamed(agent, block, goneIndex) && !isKept(agent, block, isAlive)) dropBlock(agent, block);
  }
  // Whoever waits for memory is rung by the end of the repair, as everybody is.
  if (hasFreed) add(agent.words, H_FREED, 1);
}

/** Writes anew what is derived from the chain, and merges vacant neighbours. Context: the heap's lock is held. */
export function rebuildHeap(agent: Agent, heap: number): void {
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
  if (load(words, heap + P_PEAK) < used) store(words, heap + P_PEAK, used);
}

function listWhole(agent: Agent, heap: number, block: number): void {
  listBlock(agent, heap, block, blockEnd(agent, heap, block) - blockStart(agent, block));
}

/** Settles all blocks of the chain that name the agent. Outcomes: true if memory came free. */
function settleBlocks(agent: Agent, heap: number, goneIndex: number, isAlive: boolean): boolean {
  let hasFreed = false;
  for (let block = firstBlock(agent, heap); block >= 0; block = nextBlock(agent, block)) {
    if (!isNamed(agent, block, goneIndex)) continue;
    if (isPlaced(agent, block)) setBlockState(agent, block, LIVE, nobody);
    else if (!isKept(agent, block, isAlive)) {
      store(agent.words, blockAt(agent, block) + K_OWNER, 0);
      setBlockState(agent, block, VACANT, nobody);
      hasFreed = true;
    }
  }
  return hasFreed;
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

/** Handed to an agent that lives, for a buffer: still its own. */
function isKept(memory: Memory, block: number, isAlive: boolean): boolean {
  return isAlive && blockState(memory, block) === ALLOC && load(memory.words, blockAt(memory, block) + K_OWNER) !== 0;
}

/** Whether the buffer that the block was taken for has its contents there. */
function isPlaced(memory: Memory, block: number): boolean {
  const owner = load(memory.words, blockAt(memory, block) + K_OWNER);
  if (owner === 0) return false;
  return load(memory.words, memory.layout.buffers + (owner - 1) * BUFFER_WORDS + B_PLACEMENT) === block + 1;
}
