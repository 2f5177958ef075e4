/**
 * Taking blocks from a heap and giving them back, from any agent (design D9, facts/protocols.md 2.8).
 *
 * The life of a block in use, as its state word tells it; "me" is the agent named there:
 *
 *   VACANT --allocateBlock--> ALLOC(me) --commitBlock--> LIVE --retireBlock--> CLOSING(me) --freeBlock--> VACANT
 *                             ALLOC(me) --freeBlock--> VACANT       (nothing came of it)
 *                                                         LIVE --keepBlock--> ALLOC(me)   (to be freed later)
 *
 * With the buffer that the block is for, a taker does:    allocateBlock; fill; **B_PLACEMENT = block + 1**; commitBlock.
 * A mover also, before its commit, retireBlock of the old one, and after it freeBlock of the old one. A block that
 * names an agent belongs to that agent alone; when the agent dies, B_PLACEMENT decides (block-repair.ts). So there is
 * no instant at which a death loses memory, frees memory in use, or leaves a placement without its memory.
 *
 * Order of an allocation, under the heap's lock (chain: block-chain.ts):
 *   claim the descriptors of both remainders, or fail with nothing changed; unlist the vacant block;
 *   insert the remainder behind it, then vacate that and list it;
 *   K_CLIENT = token of the buffer's account, or 0 (account.ts);
 *   **its own part: ALLOC(me) into its state, or, behind a gap of alignment, insert of a claimed descriptor**;
 *   P_USED, P_PEAK; AC_USED, AC_PEAK; lock = 0; K_OWNER = buffer + 1, last of all: what a throw keeps from its taker has K_OWNER 0.
 * Order of a free: CLOSING(me), before the lock; lock; K_OWNER = 0; absorb the right neighbour if vacant;
 *   **VACANT into its state, or out of the chain into the left neighbour**; list; AC_USED; P_USED; lock = 0; H_FREED; ring.
 *
 * P_USED is the sum of the sizes of all blocks in the chain that are not VACANT, whenever the lock is free and no dead
 * agent waits for its repair. The budget bounds it; P_PEAK is its maximum.
 *
 * No lost wake-up of those who wait for memory: they enter H_QUEUED_INTEREST, then try again; we commit, then look who
 * entered. Who dies between is healed by the ring after its repair. An agent that frees memory while it waits for more
 * stays entered: it may find that it needs still more, and go to sleep.
 *
 * Not here: waiting for memory, eviction, the bytes themselves (heap.ts).
 */
import { assert } from '../base/assert.ts';
import { fail } from '../base/errors.ts';
import {
  DEBUG_POISON,
  H_BLOCK_TOP,
  H_DEBUG,
  H_FREED,
  H_QUEUED_INTEREST,
  H_QUEUED_OVERFLOW,
  K_CLIENT,
  K_HEAP,
  K_OWNER,
  K_STATE,
  P_BUDGET,
  P_CAPACITY,
  P_FIRST,
  P_KIND,
  P_LOCK,
  P_PEAK,
  P_USED,
} from '../base/layout.ts';
import { add, cas, load, store } from '../cells/cell.ts';
import { ringAgents } from '../cells/doorbell.ts';
import { dropFromSet, takeOthers } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  CLOSING,
  claimSlot,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  raiseTop,
  slotWord,
  stateOf,
} from '../cells/slot.ts';
import { chargedHeap, chargeLocked, clientOf, creditLocked, currentAccount, hasUnits } from './account.ts';
import { alignedStart, clearBins, findVacant, listBlock, unlistBlock } from './block-bins.ts';
import {
  absorbBlock,
  blockAt,
  blockEnd,
  blockStart,
  blockState,
  claimBlock,
  dropBlock,
  heapAt,
  insertBlock,
  nextBlock,
  previousBlock,
  setBlockState,
  VACANT,
} from './block-chain.ts';
import { finishSection } from './block-repair.ts';
import { lockHeap, unlockHeap } from './heap-lock.ts';
import { unitBytes, unitsMax, unitsOf } from './size-class.ts';

/** No descriptor is free. */
const full = -2;

/**
 * Makes a heap in the slot, all of it vacant. Context: once, by the creator of the space, before others can see it.
 * `capacityBytes`: at least one unit; what is no whole unit is not used. `budgetBytes`: 0 to any number. `kind`: of
 * residence.ts, memory that agents address by default.
 * Outcomes: done, or ENOSPC if all block descriptors are in use.
 */
export function createHeap(
  memory: Memory,
  heapIndex: number,
  capacityBytes: number,
  budgetBytes: number,
  kind: number = 0,
): void {
  const { words, layout } = memory;
  const heap = heapAt(memory, heapIndex);
  const capacity = Math.floor(capacityBytes / unitBytes);
  assert(heapIndex >= 0 && heapIndex < layout.limits.heaps, 'A heap is made in a slot that exists.');
  assert(capacity >= 1 && capacity <= unitsMax, 'A heap has from one unit to 128 GiB.');
  assert(load(words, heap + P_FIRST) === 0, 'A heap is made once in its slot.');
  const block = claimSlot(
    words,
    layout.blocks,
    blockAt(memory, 1) - blockAt(memory, 0),
    layout.limits.blocks,
    0,
    nobody,
  );
  if (block < 0) failForBlocks(memory);
  raiseTop(words, H_BLOCK_TOP, block + 1);
  store(words, blockAt(memory, block) + K_HEAP, heapIndex);
  setBlockState(memory, block, VACANT, nobody);
  store(words, heap + P_LOCK, 0);
  store(words, heap + P_CAPACITY, capacity);
  store(words, heap + P_BUDGET, budgetUnits(budgetBytes));
  store(words, heap + P_KIND, kind);
  clearBins(memory, heap);
  listBlock(memory, heap, block, capacity);
  store(words, heap + P_FIRST, block + 1);
}

/** Sets what may be in use at once. Less than is in use stops allocations until enough was freed. */
export function setBudget(memory: Memory, heapIndex: number, budgetBytes: number): void {
  store(memory.words, heapAt(memory, heapIndex) + P_BUDGET, budgetUnits(budgetBytes));
}

/**
 * Takes a block for a buffer. Context: no heap locked; blocks while another agent is at this heap, and repairs the heap
 * if that agent stopped there. Fences, tickets and interests stay as they are.
 *
 * @param sizeBytes At least 1. Counted in units of 64 bytes, rounded up; the block has exactly that size.
 * @param alignBytes Of the start, from the start of the heap: a power of two, 64 or more.
 * @param buffer Index of the buffer that the block is for.
 * @param overBytes How far the budget may be exceeded: by who gives back as much right after.
 * Outcomes: the block, ALLOC in this agent's name: to be committed or freed by it; -1 if it does not fit the heap's budget, or
 * that of the client that the buffer was made through, or no vacant block holds it; ENOSPC if the block descriptors ran out, nothing changed.
 */
export function allocateBlock(
  agent: Agent,
  heapIndex: number,
  sizeBytes: number,
  alignBytes: number,
  buffer: number,
  overBytes: number = 0,
): number {
  const { words } = agent;
  const units = unitsOf(sizeBytes);
  const alignUnits = alignBytes / unitBytes;
  assert(units >= 1, 'A block has a size.');
  assert(alignUnits >= 1 && Number.isInteger(Math.log2(alignUnits)), 'An alignment is a power of two, 64 or more.');
  const heap = enterHeap(agent, heapIndex);
  const hasRoom = load(words, heap + P_USED) + units <= load(words, heap + P_BUDGET) + unitsOf(overBytes);
  const client = heapIndex === chargedHeap ? clientOf(agent, buffer) : 0;
  const account = client === 0 ? -1 : currentAccount(agent, client);
  const vacant = hasRoom && hasUnits(agent, account, units) ? findVacant(agent, heap, units, alignUnits) : -1;
  const charged = account < 0 ? 0 : client;
  const block = vacant < 0 ? -1 : takePart(agent, heapIndex, vacant, units, alignUnits, charged);
  if (block >= 0 && account >= 0) chargeLocked(agent, account, units);
  unlockHeap(agent, heap);
  if (block === full) failForBlocks(agent);
  if (block >= 0) store(words, blockAt(agent, block) + K_OWNER, buffer + 1);
  return block;
}

/** The buffer's placement names the block: from now on it is the buffer's. Context: taken by this agent. */
export function commitBlock(agent: Agent, block: number): void {
  assert(isMine(agent, block, ALLOC), 'Only its taker commits a block, once.');
  setBlockState(agent, block, LIVE, nobody);
}

/**
 * Announces that the buffer's placement is about to name another block, or none. Until `freeBlock`, the block is this
 * agent's; if the agent dies, it stays with the buffer if the placement still names it. Context: no other agent
 * changes the placement meanwhile (the buffer's lock).
 */
export function retireBlock(agent: Agent, block: number): void {
  const at = blockAt(agent, block) + K_STATE;
  const word = load(agent.words, at);
  assert(stateOf(word) === LIVE, 'A block is retired while it is live.');
  const isMineNow = cas(agent.words, at, word, slotWord(CLOSING, agent.index, generationOf(word)));
  assert(isMineNow, 'Only one agent retires a block.');
}

/** The same, of a block that two may want to give back. Outcomes: false if the other one does, or it is not that buffer's any more. */
export function tryRetireBlock(agent: Agent, block: number, buffer: number): boolean {
  const at = blockAt(agent, block);
  const word = load(agent.words, at + K_STATE);
  if (stateOf(word) !== LIVE || load(agent.words, at + K_OWNER) !== buffer + 1) return false;
  return cas(agent.words, at + K_STATE, word, slotWord(CLOSING, agent.index, generationOf(word)));
}

/**
 * The same, where the block has to stay for a while after the placement names another: somebody copies from it still. It is
 * this agent's until it frees it, whatever else fails in this agent; if the agent dies, the placement decides. Context: as above.
 */
export function keepBlock(agent: Agent, block: number): void {
  const at = blockAt(agent, block) + K_STATE;
  const word = load(agent.words, at);
  assert(stateOf(word) === LIVE, 'A block is kept while it is live.');
  const isMineNow = cas(agent.words, at, word, slotWord(ALLOC, agent.index, generationOf(word)));
  assert(isMineNow, 'Only one agent keeps a block.');
}

/**
 * Gives the memory back, merged with vacant neighbours, and wakes who waits for memory. Context: no heap locked;
 * no placement names the block any more; it is LIVE, or was taken or retired by this agent. Blocks as `allocateBlock`.
 */
export function freeBlock(agent: Agent, block: number): void {
  returnBlock(agent, block);
  add(agent.words, H_FREED, 1);
  if (load(agent.words, H_QUEUED_INTEREST) === 0) return;
  ringAgents(agent, takeOthers(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index), -1);
}

/**
 * Takes an allocation back as if it had never been. Who was refused because of it is rung; the caller is not, or it
 * would try again for ever, and it does not count as memory that somebody freed.
 */
export function undoBlock(agent: Agent, block: number): void {
  const { words } = agent;
  returnBlock(agent, block, true);
  if (load(words, H_QUEUED_INTEREST) === 0) return;
  const others = takeOthers(words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
  dropFromSet(others, agent.index);
  ringAgents(agent, others, -1);
}

/** Whether the heap's budget has room for so many bytes more: a look, not a promise. */
export function hasBudget(memory: Memory, heapIndex: number, bytes: number): boolean {
  const heap = heapAt(memory, heapIndex);
  return load(memory.words, heap + P_USED) + unitsOf(bytes) <= load(memory.words, heap + P_BUDGET);
}

function returnBlock(agent: Agent, block: number, isUndone: boolean = false): void {
  const { words } = agent;
  if (!isMine(agent, block, ALLOC) && !isMine(agent, block, CLOSING)) retireBlock(agent, block);
  const heap = enterHeap(agent, load(words, blockAt(agent, block) + K_HEAP));
  const units = blockEnd(agent, heap, block) - blockStart(agent, block);
  const client = load(words, blockAt(agent, block) + K_CLIENT);
  if ((load(words, H_DEBUG) & DEBUG_POISON) !== 0) poison(agent, block, units);
  store(words, blockAt(agent, block) + K_OWNER, 0);
  vacate(agent, heap, block);
  if (client !== 0) creditLocked(agent, client, units, isUndone);
  store(words, heap + P_USED, load(words, heap + P_USED) - units);
  unlockHeap(agent, heap);
}

/** Nobody may look at these bytes any more, and whoever does sees it. What was never touched is left alone. */
function poison(agent: Agent, block: number, units: number): void {
  const payload = agent.payloads[blockHeap(agent, block)];
  const start = blockStart(agent, block) * unitBytes;
  const length = units * unitBytes;
  if (payload === undefined || payload.buffer.byteLength < start + length) return;
  new Uint8Array(payload.buffer, start, length).fill(poisonByte);
}

/** As a number, a text or an address it looks like nothing that anybody would write. */
export const poisonByte = 0xdb;

/** Where a block starts, in bytes from the start of its heap. Context: the block is in use, and stays so. */
export function blockStartBytes(memory: Memory, block: number): number {
  return blockStart(memory, block) * unitBytes;
}

/** Size of a block in bytes: what was asked for, in whole units. Context: as `blockStartBytes`. */
export function blockSizeBytes(memory: Memory, block: number): number {
  const heap = heapAt(memory, blockHeap(memory, block));
  return (blockEnd(memory, heap, block) - blockStart(memory, block)) * unitBytes;
}

/** Index of the heap that a block belongs to. Context: as `blockStartBytes`. */
export function blockHeap(memory: Memory, block: number): number {
  return load(memory.words, blockAt(memory, block) + K_HEAP);
}

/** Locks the heap, and puts it right first if it was taken from somebody who did not finish. Outcomes: its word, to be unlocked. */
export function enterHeap(agent: Agent, heapIndex: number): number {
  assert(heapIndex >= 0 && heapIndex < agent.layout.limits.heaps, 'A block belongs to a heap that exists.');
  const heap = heapAt(agent, heapIndex);
  const replaced = lockHeap(agent, heap);
  if (replaced >= 0) finishSection(agent, heap, replaced);
  return heap;
}

/** Cuts `units` out of a vacant block that holds them. Outcomes: the block with them, or `full` and nothing changed. */
function takePart(
  agent: Agent,
  heapIndex: number,
  vacant: number,
  units: number,
  alignUnits: number,
  client: number,
): number {
  const heap = heapAt(agent, heapIndex);
  const start = blockStart(agent, vacant);
  const end = blockEnd(agent, heap, vacant);
  const from = alignedStart(start, alignUnits);
  const to = from + units;
  const behind = to < end ? claimBlock(agent) : -1;
  const part = from > start ? claimBlock(agent) : vacant;
  if (part < 0 || (to < end && behind < 0)) {
    if (behind >= 0) dropBlock(agent, behind);
    if (part >= 0 && part !== vacant) dropBlock(agent, part);
    return full;
  }
  unlistBlock(agent, heap, vacant, end - start);
  if (behind >= 0) {
    insertBlock(agent, heapIndex, vacant, behind, to);
    setBlockState(agent, behind, VACANT, nobody);
    listBlock(agent, heap, behind, end - to);
  }
  // No list goes through it any more.
  store(agent.words, blockAt(agent, part) + K_CLIENT, client);
  if (part === vacant) {
    setBlockState(agent, part, ALLOC, agent.index);
  } else {
    insertBlock(agent, heapIndex, vacant, part, from);
    listBlock(agent, heap, vacant, from - start);
  }
  const used = load(agent.words, heap + P_USED) + units;
  store(agent.words, heap + P_USED, used);
  if (load(agent.words, heap + P_PEAK) < used) store(agent.words, heap + P_PEAK, used);
  return part;
}

/** Makes a block that names this agent vacant, one with its vacant neighbours, and lists it. */
function vacate(agent: Agent, heap: number, block: number): void {
  const right = nextBlock(agent, block);
  if (right >= 0 && blockState(agent, right) === VACANT) {
    unlistBlock(agent, heap, right, blockEnd(agent, heap, right) - blockStart(agent, right));
    absorbBlock(agent, block, right);
  }
  const left = previousBlock(agent, block);
  let whole = block;
  if (left >= 0 && blockState(agent, left) === VACANT) {
    unlistBlock(agent, heap, left, blockStart(agent, block) - blockStart(agent, left));
    absorbBlock(agent, left, block);
    whole = left;
  } else {
    setBlockState(agent, block, VACANT, nobody);
  }
  listBlock(agent, heap, whole, blockEnd(agent, heap, whole) - blockStart(agent, whole));
}

function isMine(agent: Agent, block: number, state: number): boolean {
  const word = load(agent.words, blockAt(agent, block) + K_STATE);
  return stateOf(word) === state && ownerOf(word) === agent.index;
}

function budgetUnits(budgetBytes: number): number {
  return Math.min(Math.floor(budgetBytes / unitBytes), unitsMax);
}

function failForBlocks({ layout }: Memory): never {
  const value = layout.limits.blocks;
  fail(
    'ENOSPC',
    `All block descriptors are in use (limits.blocks is ${value}). Hint: create the space with a larger limits.blocks.`,
    {
      limit: 'blocks',
      value,
    },
  );
}
