/**
 * Giving buffers their memory and taking it back.
 *
 * Truth is the buffer's placement word. A block whose state names an agent (taken, retired) is judged by it: named there,
 * it is the buffer's; not named, it is free. So placing, replacing and releasing all have the placement word as their commit
 * store, and `repairHeaps` needs that one rule to finish or undo what a dead agent was doing.
 *
 * Not here: finding room (allocator.ts), several drafts at once (publication.ts), and who may do it when: under the buffer's lock, or as the one who frees it.
 */
import { assert } from '../base/assert.ts';
import { B_CONTENTS, B_FILL, B_FRESH, B_PLACEMENT, B_STATE } from '../base/layout.ts';
import { bufferAt, bufferSizeBytes, lockOf, placementOf, reservationOf } from '../buffer/buffer.ts';
import { exporterOf, exportHint, invalidateLocked } from '../buffer/exports.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { CLOSED, FREEING, freeSlot, generationOf, nobody, ownerOf, slotWord, stateOf } from '../cells/slot.ts';
import { TRACE_FREED, TRACE_PLACED, TRACE_PUBLISHED } from '../cells/trace.ts';
import { holderOf } from '../lock/ww-lock.ts';
import { pendingPoints, USAGE_BOOKKEEP } from '../reservation/reservation.ts';
import {
  allocateBlock,
  blockHeap,
  blockStartBytes,
  commitBlock,
  freeBlock,
  retireBlock,
  undoBlock,
} from './allocator.ts';
import { noteOverwritten } from './filling.ts';
import { noteMemory } from './note.ts';
import { dropRoom } from './room.ts';

/** Alignment of every buffer: a cache line, and every element type. */
export const bufferAlignBytes = 64;

/**
 * Takes memory for a buffer that has none; it is marked as never written. Context: the buffer's lock is held.
 * Outcomes: false if there is no room.
 */
export function placeLocked(agent: Agent, buffer: number, heap: number): boolean {
  const block = takeBlockIn(agent, buffer, heap);
  if (block >= 0) placeIntoLocked(agent, buffer, block);
  return block >= 0;
}

/** The same, with a block that this agent has taken for the buffer. */
export function placeIntoLocked(agent: Agent, buffer: number, block: number): void {
  const at = bufferAt(agent, buffer);
  store(agent.words, at + B_FRESH, 1);
  store(agent.words, at + B_PLACEMENT, block + 1);
  commitBlock(agent, block);
  noteMemory(agent, TRACE_PLACED, buffer, block);
}

/**
 * Memory begins as zeros, also for who promises to write all of it and does not: nobody sees what others left. Context:
 * it is the caller's turn at the buffer, or its lock is held and nobody uses it. Readers may do it side by side: all of
 * them write zeros before any of them begins.
 */
export function freshen(agent: Agent, buffer: number): void {
  const fresh = bufferAt(agent, buffer) + B_FRESH;
  if (load(agent.words, fresh) === 0) return;
  bytesOfBuffer(agent, buffer).fill(0);
  store(agent.words, fresh, 0);
}

/**
 * A block for the buffer in a heap: this agent's until it is committed or freed. Outcomes: the block, or -1 without room, also if
 * the budget has some and the system has none.
 */
export function takeBlockIn(agent: Agent, buffer: number, heap: number, overBytes: number = 0): number {
  const sizeBytes = bufferSizeBytes(agent, buffer);
  const block = allocateBlock(agent, heap, sizeBytes, bufferAlignBytes, buffer, overBytes);
  if (block < 0 || isBacked(agent, heap, block, sizeBytes)) return block;
  undoBlock(agent, block);
  return -1;
}

/** Whether the bytes of a block are there: a heap's memory is added as it is taken, and whoever takes it can still do without. */
function isBacked(agent: Agent, heap: number, block: number, sizeBytes: number): boolean {
  const payload = agent.payloads[heap];
  if (payload === undefined || payload.file !== undefined) return true;
  const startBytes = blockStartBytes(agent, block);
  if (payload.buffer.byteLength >= startBytes + sizeBytes) return true;
  try {
    payload.bytes(startBytes, sizeBytes);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The draft's block becomes the contents, in one store; the old one is freed. Context: locked, nobody uses the old one. */
export function publishLocked(agent: Agent, buffer: number, block: number): void {
  const old = placementOf(agent, buffer);
  // What is there needs no source, whichever it is: a death right after the commit must not leave a draft that is taken for its source's.
  noteOverwritten(agent, buffer, false);
  if (old >= 0) retireBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, block + 1);
  commitBlock(agent, block);
  store(agent.words, bufferAt(agent, buffer) + B_CONTENTS, 0);
  store(agent.words, bufferAt(agent, buffer) + B_FRESH, 0);
  if (load(agent.words, bufferAt(agent, buffer) + B_FILL) !== 0)
    store(agent.words, bufferAt(agent, buffer) + B_FILL, 0);
  noteMemory(agent, TRACE_PUBLISHED, buffer, block, old < 0 ? -1 : blockHeap(agent, old));
  if (old >= 0) freeBlock(agent, old);
}

/** Bytes of a placed buffer, as this thread sees them. */
export function bytesOfBuffer(memory: Agent, buffer: number): Uint8Array {
  return bytesOfBlock(memory, buffer, placementOf(memory, buffer));
}

/** Bytes of a block of a heap that agents address, as long as the buffer. */
export function bytesOfBlock(agent: Agent, buffer: number, block: number): Uint8Array {
  assert(block >= 0, 'A buffer that is looked at has memory.');
  const payload = agent.payloads[blockHeap(agent, block)];
  assert(payload !== undefined, 'Blocks are of heaps that this thread has.');
  return payload.bytes(blockStartBytes(agent, block), bufferSizeBytes(agent, buffer));
}

/**
 * Gives the memory and the slot of a closed buffer back, if no fence of it is pending. Anybody may call it at any time.
 * Outcomes: false if it has to be called again after the next of its fences, or by whoever holds its lock after giving
 * that back; true if there is nothing (more) to do.
 */
export function tryRelease(agent: Agent, buffer: number): boolean {
  const { words } = agent;
  const at = bufferAt(agent, buffer);
  for (;;) {
    const word = load(words, at + B_STATE);
    if (stateOf(word) !== CLOSED) return true;
    if (isUsed(agent, buffer)) return false;
    const freeing = slotWord(FREEING, agent.index, generationOf(word));
    if (!cas(words, at + B_STATE, word, freeing)) return true;
    // A job admitted for a submitter that is gone looks at the state after adding its point: one of us sees the other.
    if (!isUsed(agent, buffer)) break;
    // Back, and once more: whoever held the lock may have given it back by now, and have left the buffer to us.
    cas(words, at + B_STATE, freeing, word);
  }
  release(agent, buffer);
  return true;
}

/** Releases what can be: closed buffers whose watcher is gone. Context: before somebody is told that there is no room. */
export function sweepClosed(agent: Agent): void {
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (stateOf(load(agent.words, bufferAt(agent, buffer) + B_STATE)) === CLOSED) tryRelease(agent, buffer);
  }
}

/** A pending point, or somebody with the lock who may be about to add one. */
function isUsed(memory: Memory, buffer: number): boolean {
  return hasPending(memory, buffer) || holderOf(memory, lockOf(memory, buffer)) >= 0;
}

/** Whether any point of the buffer's reservation is pending. */
export function hasPending(memory: Memory, buffer: number): boolean {
  return pendingPoints(memory, reservationOf(memory, buffer), USAGE_BOOKKEEP).length > 0;
}

function release(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  const exporter = exporterOf(agent, buffer);
  dropRoom(agent, buffer);
  const block = placementOf(agent, buffer);
  if (block >= 0) {
    retireBlock(agent, block);
    store(agent.words, at + B_PLACEMENT, 0);
    noteMemory(agent, TRACE_FREED, buffer, block);
    freeBlock(agent, block);
  }
  freeSlot(agent.words, at + B_STATE);
  if (exporter >= 0) ring(agent, exporter, exportHint(buffer));
}

/**
 * A buffer that a stopped agent was freeing is closed again: its block was settled by `repairHeaps`, and whether it may be
 * released is asked anew.
 */
export function returnDeads(agent: Agent, buffer: number, deadIndex: number): void {
  const at = bufferAt(agent, buffer) + B_STATE;
  const word = load(agent.words, at);
  if (stateOf(word) !== FREEING || ownerOf(word) !== deadIndex) return;
  cas(agent.words, at, word, slotWord(CLOSED, nobody, generationOf(word)));
}

/** Takes the memory back from a buffer that nobody has used yet. Context: locked, placed by this very operation. */
export function unplaceLocked(agent: Agent, buffer: number): void {
  const block = placementOf(agent, buffer);
  if (block < 0) return;
  retireBlock(agent, block);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, 0);
  noteMemory(agent, TRACE_FREED, buffer, block);
  undoBlock(agent, block);
}
