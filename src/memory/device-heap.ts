/**
 * Heaps of devices: memory that one agent's device sees, and of which everybody else sees how much is in use.
 *
 * P_OWNER: 0 -> agent + 1 by one compare-exchange, which claims the heap's slot; then the heap is made. When its device goes,
 * its buffers are elsewhere and the word says `closed`: the next device that needs no more takes it over, in the same way.
 *
 * What is in such a heap leaves and enters by hooks of its agent's device alone (src/driver/device.ts), under the buffer's
 * lock; the placement is its commit store, as of every move (move.ts). Bytes are copied by the device, later: the fence of
 * that is in the reservation before the placement changes, so whoever uses the buffer next waits for it.
 *
 * Who needs such a buffer in memory says so in its slot (B_WANTED) and rings the device's agent, which brings it home: nobody
 * else can. The order is word, ring; the agent clears the word before it looks where the buffer is, under the lock. So no
 * wish is lost; one that comes too late finds the buffer at home.
 * The block that a buffer leaves is kept (ALLOC) until nobody copies from it: the placement names another, so a death frees it
 * once, and the agent itself frees it once, also if it was unwound by a throw meanwhile.
 *
 * If the agent stops, what was in its device is lost: the contents say EOWNERDEAD, and the memory is nobody's. So is what it was
 * copying, wherever that was on the way to: the placement names a block that nobody has filled. The reservation says so, by
 * a move that is pending on a timeline of the dead; it is judged before those timelines are closed, and with them whoever
 * waits for the copy goes on.
 */
import { codeNumber, fail } from '../base/errors.ts';
import {
  B_CONTENTS,
  B_CONTENTS_JOB,
  B_CONTENTS_SEQNO,
  B_FRESH,
  B_PLACEMENT,
  B_STATE,
  B_WANTED,
  P_CAPACITY,
  P_FIRST,
  P_OWNER,
  TL_STATE,
} from '../base/layout.ts';
import { bufferAt, placementOf, reservationOf } from '../buffer/buffer.ts';
import { exportHint, invalidateLocked } from '../buffer/exports.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { FREE, ownerOf, stateOf } from '../cells/slot.ts';
import { TRACE_MOVED, TRACE_PLACED } from '../cells/trace.ts';
import { timelineAt } from '../fence/timeline.ts';
import { pendingPoints, USAGE_MOVE } from '../reservation/reservation.ts';
import { blockHeap, commitBlock, createHeap, keepBlock, setBudget } from './allocator.ts';
import { heapAt } from './block-chain.ts';
import { dropLocked } from './move.ts';
import { noteMemory } from './note.ts';
import { HEAP_DEVICE, kindOfHeap, residenceOf } from './residence.ts';
import { unitsOf } from './size-class.ts';

/** A heap whose device is gone: a number that no agent has. */
const closed = 127;

/** Takes a heap's slot for a device of this agent. Outcomes: its number; ENOSPC (heaps, blocks). */
export function claimDeviceHeap(agent: Agent, sizeBytes: number): number {
  const { words, layout } = agent;
  for (let heap = 1; heap < layout.limits.heaps; heap++) {
    const at = heapAt(agent, heap);
    const owner = load(words, at + P_OWNER);
    const isMade = load(words, at + P_FIRST) !== 0;
    const isTaken = owner !== (isMade ? closed : 0);
    const isSmall = isMade && load(words, at + P_CAPACITY) < unitsOf(sizeBytes);
    if (isTaken || isSmall || !cas(words, at + P_OWNER, owner, agent.index + 1)) continue;
    if (isMade) setBudget(agent, heap, sizeBytes);
    else createHeap(agent, heap, sizeBytes, sizeBytes, HEAP_DEVICE);
    return heap;
  }
  const value = layout.limits.heaps;
  fail('ENOSPC', `All heaps (${value}) are in use. Hint: raise limits.heaps.`, { limit: 'heaps', value });
}

/** The device is gone. Context: nothing is in its heap any more. */
export function closeDeviceHeap(agent: Agent, heap: number): void {
  store(agent.words, heapAt(agent, heap) + P_OWNER, closed);
}

/** Whether the heap's device is gone, and no other has taken it over. */
export function isClosedHeap(memory: Memory, heap: number): boolean {
  return load(memory.words, heapAt(memory, heap) + P_OWNER) === closed;
}

/** Whether a device has the buffer's memory. */
export function isInDevice(memory: Memory, buffer: number): boolean {
  const heap = residenceOf(memory, buffer);
  return heap > 0 && kindOfHeap(memory, heap) === HEAP_DEVICE;
}

/** Asks the device that has a buffer to bring it home. Outcomes: false if no device has it. */
export function sendHome(agent: Agent, buffer: number): boolean {
  if (!isInDevice(agent, buffer)) return false;
  store(agent.words, bufferAt(agent, buffer) + B_WANTED, 1);
  const owner = load(agent.words, heapAt(agent, residenceOf(agent, buffer)) + P_OWNER) - 1;
  if (owner >= 0 && owner < agent.layout.limits.agents) ring(agent, owner, exportHint(buffer));
  return true;
}

/** Whether somebody needs it elsewhere. */
export function isWanted(memory: Memory, buffer: number): boolean {
  return load(memory.words, bufferAt(memory, buffer) + B_WANTED) !== 0;
}

/** The wish was heard. */
export function clearWanted(memory: Memory, buffer: number): void {
  store(memory.words, bufferAt(memory, buffer) + B_WANTED, 0);
}

/**
 * The buffer is in that block from here on, as soon as the device has copied it: the fence of that is listed. Context: the lock
 * is held, the block is this agent's, importers were told. `why`: TRACE_MOVED, or TRACE_EVICTED if it makes room for others.
 * Outcomes: the block that it leaves, to be freed by this agent once nobody copies from it; -1 if it had none.
 */
export function replaceBlockLocked(agent: Agent, buffer: number, block: number, why: number = TRACE_MOVED): number {
  const at = bufferAt(agent, buffer);
  const old = placementOf(agent, buffer);
  if (old >= 0) keepBlock(agent, old);
  store(agent.words, at + B_FRESH, 0);
  store(agent.words, at + B_PLACEMENT, block + 1);
  commitBlock(agent, block);
  if (old < 0) noteMemory(agent, TRACE_PLACED, buffer, block);
  else noteMemory(agent, why, buffer, block, blockHeap(agent, old));
  return old;
}

/** What a buffer held is lost, for that reason. Context: its lock is held, or its device's agent is gone. */
export function loseContents(agent: Agent, buffer: number, code: number): void {
  const at = bufferAt(agent, buffer);
  store(agent.words, at + B_CONTENTS_JOB, 0);
  store(agent.words, at + B_CONTENTS_SEQNO, 0);
  store(agent.words, at + B_CONTENTS, code);
}

/**
 * What was in the devices of a stopped agent, or on its way out of them, is lost, and their heaps are nobody's. Can be done
 * again. After `repairHeaps`, before the timelines of the dead are closed.
 */
export function repairDeviceHeaps(agent: Agent, deadIndex: number): void {
  const { words, layout } = agent;
  for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
    if (stateOf(load(words, bufferAt(agent, buffer) + B_STATE)) === FREE) continue;
    if (isCopiedBy(agent, buffer, deadIndex)) loseContents(agent, buffer, codeNumber('EOWNERDEAD'));
  }
  for (let heap = 1; heap < layout.limits.heaps; heap++) {
    const owner = heapAt(agent, heap) + P_OWNER;
    if (load(words, owner) !== deadIndex + 1) continue;
    // Claimed, and never made.
    if (load(words, heapAt(agent, heap) + P_FIRST) === 0) {
      store(words, owner, 0);
      continue;
    }
    for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
      if (stateOf(load(words, bufferAt(agent, buffer) + B_STATE)) === FREE || residenceOf(agent, buffer) !== heap)
        continue;
      loseContents(agent, buffer, codeNumber('EOWNERDEAD'));
      invalidateLocked(agent, buffer);
      dropLocked(agent, buffer);
    }
    closeDeviceHeap(agent, heap);
  }
}

/** Whether the agent had begun to copy the contents to where they are, and had not said that it was done. */
function isCopiedBy(memory: Memory, buffer: number, index: number): boolean {
  for (const { timeline } of pendingPoints(memory, reservationOf(memory, buffer), USAGE_MOVE)) {
    if (ownerOf(load(memory.words, timelineAt(memory, timeline) + TL_STATE)) === index) return true;
  }
  return false;
}
