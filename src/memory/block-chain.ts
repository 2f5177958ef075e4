/**
 * The chain of blocks of a heap: its truth. Everything else about a heap is derived from it.
 *
 * State: P_FIRST names the block at address 0, K_NEXT the following one. A block ends where the next one starts, the
 * last at the capacity. Of a descriptor, K_STATE (cells/slot.ts) says:
 *
 *   FREE          not in use                                   LIVE    holds a buffer's contents
 *   VACANT        in the chain, memory that nobody uses        ALLOC, CLOSING   named agent is at it: see allocator.ts
 *
 * I1. At every instant a walk from P_FIRST meets starts that grow strictly from 0 and ends at the capacity. So blocks
 *     never overlap and never leave a gap.
 * I2. A descriptor that is neither FREE nor in the chain names an agent in its state word (ALLOC or CLOSING), with
 *     K_OWNER 0. So nothing is lost with a dead agent: what it names is either in the chain or to be freed.
 * I3. K_OWNER is 0 in FREE and VACANT descriptors, and until a block is handed to its taker.
 *
 * I4. H_BLOCK_TOP is above every descriptor in a chain, and only grows: whoever claims one raises it before anything else is
 *     done with it. One that a death kept from raising it is in no chain; after the repair its next claimer raises it.
 *
 * Order of the stores that change the chain; each has one that commits:
 *   insert   claim the descriptor (ALLOC, names me); H_BLOCK_TOP; fill it; **K_NEXT of its left neighbour**; right one's K_PREVIOUS
 *   absorb   name the right neighbour mine (I2); **my K_NEXT = its K_NEXT**; K_PREVIOUS of the one behind; free it
 *
 * Context of all that changes: the heap's lock is held. Reading start and size of a block that is LIVE, or in the
 * hands of the reader, needs no lock: only its own absorb changes its K_NEXT, and descriptors of the chain keep their start.
 *
 * Not here: which vacant block to take (block-bins.ts), what the states of a block in use mean (allocator.ts).
 */
import {
  BLOCK_WORDS,
  H_BLOCK_TOP,
  HEAP_WORDS,
  K_HEAP,
  K_NEXT,
  K_PREVIOUS,
  K_START,
  K_STATE,
  P_CAPACITY,
  P_FIRST,
} from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { ALLOC, CLOSED, claimSlot, freeSlot, generationOf, raiseTop, slotWord, stateOf } from '../cells/slot.ts';

/** In the chain, and nobody's: the state that a table without memory behind it would call closed. */
export const VACANT: number = CLOSED;

export function heapAt(memory: Memory, heapIndex: number): number {
  return memory.layout.heaps + heapIndex * HEAP_WORDS;
}

export function blockAt(memory: Memory, block: number): number {
  return memory.layout.blocks + block * BLOCK_WORDS;
}

/** The block at address 0, or -1: the slot has no heap. */
export function firstBlock(memory: Memory, heap: number): number {
  return load(memory.words, heap + P_FIRST) - 1;
}

/** The next block in order of address, or -1. */
export function nextBlock(memory: Memory, block: number): number {
  return load(memory.words, blockAt(memory, block) + K_NEXT) - 1;
}

/** The block before this one, or -1: derived, so only right while the lock is held. */
export function previousBlock(memory: Memory, block: number): number {
  return load(memory.words, blockAt(memory, block) + K_PREVIOUS) - 1;
}

/** Units from the start of the heap. */
export function blockStart(memory: Memory, block: number): number {
  return load(memory.words, blockAt(memory, block) + K_START);
}

/** Units from the start of the heap; the first one that is no longer part of the block. */
export function blockEnd(memory: Memory, heap: number, block: number): number {
  const next = nextBlock(memory, block);
  return next < 0 ? load(memory.words, heap + P_CAPACITY) : blockStart(memory, next);
}

export function blockState(memory: Memory, block: number): number {
  return stateOf(load(memory.words, blockAt(memory, block) + K_STATE));
}

/** Sets state and named agent, keeping the generation. Context: the word is the caller's to change. */
export function setBlockState(memory: Memory, block: number, state: number, owner: number): void {
  const at = blockAt(memory, block) + K_STATE;
  store(memory.words, at, slotWord(state, owner, generationOf(load(memory.words, at))));
}

/** Claims a descriptor in the agent's name. Outcomes: its index, or -1 if all are in use. */
export function claimBlock(agent: Agent): number {
  const { words, layout, cursors } = agent;
  const from = cursors.get(layout.blocks) ?? 0;
  const block = claimSlot(words, layout.blocks, BLOCK_WORDS, layout.limits.blocks, from, agent.index);
  if (block < 0) return block;
  cursors.set(layout.blocks, block + 1);
  raiseTop(words, H_BLOCK_TOP, block + 1);
  return block;
}

/** Frees a descriptor that is in no chain and names this agent, or the one it repairs. The next claim finds it at once. */
export function dropBlock(agent: Agent, block: number): void {
  freeSlot(agent.words, blockAt(agent, block) + K_STATE);
  agent.cursors.set(agent.layout.blocks, block);
}

/** Puts a claimed descriptor into the chain, `start` units from the start of the heap: it takes the end of `left`. */
export function insertBlock(agent: Agent, heapIndex: number, left: number, block: number, start: number): void {
  const { words } = agent;
  const at = blockAt(agent, block);
  const next = nextBlock(agent, left);
  store(words, at + K_HEAP, heapIndex);
  store(words, at + K_START, start);
  store(words, at + K_NEXT, next + 1);
  store(words, at + K_PREVIOUS, left + 1);
  store(words, blockAt(agent, left) + K_NEXT, block + 1);
  if (next >= 0) store(words, blockAt(agent, next) + K_PREVIOUS, block + 1);
}

/** Takes `block`, the right neighbour of `left`, out of the chain: `left` gets its memory. */
export function absorbBlock(agent: Agent, left: number, block: number): void {
  const { words } = agent;
  const next = nextBlock(agent, block);
  setBlockState(agent, block, ALLOC, agent.index);
  store(words, blockAt(agent, left) + K_NEXT, next + 1);
  if (next >= 0) store(words, blockAt(agent, next) + K_PREVIOUS, left + 1);
  dropBlock(agent, block);
}
