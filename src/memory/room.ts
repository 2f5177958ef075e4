/**
 * Room for contents that are to be replaced. A job that writes all of a buffer needs nothing of what is swapped out: it gets
 * memory, and the old contents stay where they are until it begins. If it never does, nothing was changed.
 *
 * State: B_ROOM names a block besides that of the placement, B_ROOM_JOB the job that it is for.
 * Taking, by whoever admits the job, under the buffer's lock, while nobody uses it:
 *   allocateBlock: ALLOC(me); B_ROOM_JOB = job + 1; **B_ROOM = block + 1**; commitBlock: LIVE
 * Moving in, by whoever begins the job: its point is pending, so nobody else moves the buffer. Readers that come meanwhile
 * are not admitted (a buffer that is elsewhere and in use), and the freed block rings them:
 *   retireBlock(old); B_EPOCH + 1; B_FRESH = 1; **B_PLACEMENT = block + 1**; B_ROOM = 0; freeBlock(old)
 * Giving back, by whoever ends a job that never moved in, or gives up admitting it; two may meet, after a death:
 *   **LIVE -> CLOSING(me)**, by compare-exchange: the loser does nothing; B_ROOM = 0, if it is still that block; freeBlock
 *
 * If I die: a block that names me is LIVE again if the placement or B_ROOM of its buffer names it (block-repair.ts), else
 * vacant. So before the commit of each the old contents are where they were; a room that was not taken is nobody's; one that was
 * not given back is the job's still, and given back when the repair ends or re-queues the job. One store may be missing
 * after B_PLACEMENT: then B_ROOM names the placement's own block, which means nothing, until `settleRoom`.
 *
 * Not here: who gets room (schedule/place-all.ts).
 */
import { assert } from '../base/assert.ts';
import { B_FRESH, B_PLACEMENT, B_ROOM, B_ROOM_JOB } from '../base/layout.ts';
import { bufferAt, placementOf } from '../buffer/buffer.ts';
import { invalidateLocked } from '../buffer/exports.ts';
import { cas, load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { TRACE_MOVED } from '../cells/trace.ts';
import { blockHeap, commitBlock, freeBlock, retireBlock, tryRetireBlock, undoBlock } from './allocator.ts';
import { noteMemory } from './note.ts';
import { HEAP_SWAP, kindOfHeap, residenceOf } from './residence.ts';

/** The job's memory, once it begins. Context: the buffer's lock is held, nobody uses it; the block is this agent's. */
export function takeRoomLocked(agent: Agent, buffer: number, block: number, job: number): void {
  const at = bufferAt(agent, buffer);
  // Of an admission that a death cut off.
  if (load(agent.words, at + B_ROOM) !== 0) dropRoom(agent, buffer);
  store(agent.words, at + B_ROOM_JOB, job + 1);
  store(agent.words, at + B_ROOM, block + 1);
  commitBlock(agent, block);
}

/** A job that replaces the contents begins. Context: it is its turn at the buffer. */
export function moveIntoRoom(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  const room = load(agent.words, at + B_ROOM);
  if (room === 0) return;
  if (!isSwappedOut(agent, buffer)) {
    dropRoom(agent, buffer);
    return;
  }
  const old = placementOf(agent, buffer);
  const from = blockHeap(agent, old);
  retireBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, at + B_FRESH, 1);
  store(agent.words, at + B_PLACEMENT, room);
  store(agent.words, at + B_ROOM, 0);
  noteMemory(agent, TRACE_MOVED, buffer, room - 1, from);
  freeBlock(agent, old);
}

/** The room of a job that will not begin is given back. `isUndone`: as `undoBlock`. Can be done again, and by two at once. */
export function giveRoomBack(agent: Agent, buffer: number, job: number, isUndone: boolean = false): void {
  const at = bufferAt(agent, buffer);
  if (load(agent.words, at + B_ROOM) !== 0 && load(agent.words, at + B_ROOM_JOB) === job + 1)
    dropRoom(agent, buffer, isUndone);
}

/** The same, whoever it is for. Context: no job of the buffer is under way. */
export function dropRoom(agent: Agent, buffer: number, isUndone: boolean = false): void {
  const at = bufferAt(agent, buffer) + B_ROOM;
  const room = load(agent.words, at);
  if (room === 0 || !tryRetireBlock(agent, room - 1, buffer)) return;
  assert(placementOf(agent, buffer) !== room - 1, 'What is given back is not where the contents are.');
  cas(agent.words, at, room, 0);
  if (isUndone) undoBlock(agent, room - 1);
  else freeBlock(agent, room - 1);
}

/** Who was moving in stopped before the last of its stores. Context: the job is the repairer's. */
export function settleRoom(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer) + B_ROOM;
  if (load(agent.words, at) === placementOf(agent, buffer) + 1) store(agent.words, at, 0);
}

/** Whether a buffer's contents are where no job can use them. Context: its lock is held, or it is in use by the caller. */
export function isSwappedOut(memory: Memory, buffer: number): boolean {
  const residence = residenceOf(memory, buffer);
  return residence > 0 && kindOfHeap(memory, residence) === HEAP_SWAP;
}
