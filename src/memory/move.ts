/**
 * Moving a buffer to another block, of this heap or another, and taking its memory away (Linux: ttm_bo_move_memcpy).
 *
 * State: B_PLACEMENT names the block that holds the contents; K_HEAP of that block is where they are. "Me" is the mover,
 * who holds the buffer's lock; nothing of the reservation is pending, and nobody pins the buffer. So nobody looks at the
 * bytes, places the buffer or moves it meanwhile, also after my death: the lock names me until `repairLock`, which comes
 * after `repairHeaps`.
 *
 * Order of a move; the one store that commits it is B_PLACEMENT:
 *   1. allocateBlock in the target: ALLOC(me), K_OWNER = the buffer. No room: nothing was changed
 *   2. copy the bytes, unless nobody needs them (B_FRESH, or contents that failed)
 *      to a file: B_CHECKSUM = sum of what was written; from a file: what was read is compared with it
 *   3. retireBlock(old): CLOSING(me)
 *   4. B_EPOCH + 1 (exports.ts)    <- whoever has an address of the old place finds it stale; before 5, so that a death
 *                                     between the two makes a good address stale, and never a stale one good
 *   5. **B_PLACEMENT = new + 1**
 *   6. commitBlock(new): LIVE; freeBlock(old), which rings who waits for memory
 *
 * If I die: before 5 the placement names the old block, so `repairHeaps` makes that one LIVE again and the new one vacant;
 * from 5 on it names the new one, and the other way round. Either way exactly one block is the buffer's, and it holds all
 * of the contents: they were copied before 5 and nobody writes meanwhile. B_CHECKSUM counts only while the placement
 * names a block of a file, and then it was stored before the placement was: a death between 2 and 5 leaves a sum that
 * nobody reads. Moving out of a file does not touch it, so a death there leaves the block in the file with its sum.
 * Dropping: retireBlock(old); B_EPOCH + 1; **B_PLACEMENT = 0**; freeBlock(old). Only for contents that nobody may look at.
 *
 * Contents that cannot be read back are lost: B_CONTENTS says EIO before 5, and the new block is marked as never written.
 * A death in between loses them too; they were lost before.
 *
 * Not here: who may be moved, and when (evict.ts); where to (residence.ts); the copy itself (transfer.ts).
 */
import { assert } from '../base/assert.ts';
import { codeNumber } from '../base/errors.ts';
import { B_CONTENTS, B_CONTENTS_JOB, B_CONTENTS_SEQNO, B_FRESH, B_PLACEMENT } from '../base/layout.ts';
import { bufferAt, placementOf } from '../buffer/buffer.ts';
import { invalidateLocked } from '../buffer/exports.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { TRACE_EVICTED, TRACE_MOVED, TRACE_SWAPPED_IN } from '../cells/trace.ts';
import { blockHeap, commitBlock, freeBlock, retireBlock, undoBlock } from './allocator.ts';
import { noteMemory } from './note.ts';
import { placeIntoLocked, takeBlockIn } from './placement.ts';
import { HEAP_SWAP, kindOfHeap } from './residence.ts';
import { copyContents } from './transfer.ts';

/** 'failed': the target cannot be written, or the system has no memory for it. */
export type Moved = 'moved' | 'no room' | 'failed';

/**
 * Moves a buffer to a heap, and gives one without memory a place there. Context: its lock is held, nothing of its
 * reservation is pending, nobody pins it. `why`: TRACE_MOVED, or TRACE_EVICTED if it makes room for others.
 * Outcomes: 'moved'; 'no room' or 'failed' with nothing changed.
 */
export function moveLocked(agent: Agent, buffer: number, heap: number, why: number = TRACE_MOVED): Moved {
  const block = takeBlockIn(agent, buffer, heap);
  return block < 0 ? 'no room' : moveIntoLocked(agent, buffer, block, why);
}

/** The same, into a block that this agent has taken for the buffer. Outcomes: 'moved'; 'failed', and the block is free again. */
export function moveIntoLocked(agent: Agent, buffer: number, block: number, why: number = TRACE_MOVED): Moved {
  const old = placementOf(agent, buffer);
  assert(old !== block, 'A buffer moves to another block.');
  if (old < 0) {
    placeIntoLocked(agent, buffer, block);
    return 'moved';
  }
  const at = bufferAt(agent, buffer);
  if (!isNeeded(agent, buffer)) {
    // A failed write may have left anything, and so may who had the new block before.
    store(agent.words, at + B_FRESH, 1);
  } else if (!carryOver(agent, buffer, old, block)) {
    return 'failed';
  }
  retireBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, at + B_PLACEMENT, block + 1);
  commitBlock(agent, block);
  const from = blockHeap(agent, old);
  noteMemory(agent, kindOfHeap(agent, from) === HEAP_SWAP ? TRACE_SWAPPED_IN : why, buffer, block, from);
  freeBlock(agent, old);
  return 'moved';
}

/** Takes a buffer's memory away. Context: as `moveLocked`, and nobody may look at its contents, or they can be made again. */
export function dropLocked(agent: Agent, buffer: number): void {
  const old = placementOf(agent, buffer);
  assert(old >= 0, 'A buffer that loses its memory has some.');
  retireBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, 0);
  noteMemory(agent, TRACE_EVICTED, buffer, -1, blockHeap(agent, old));
  freeBlock(agent, old);
}

/** Whether anybody may look at the contents of a buffer that has memory: it was written, and no write of it failed. */
export function isNeeded(memory: Memory, buffer: number): boolean {
  const at = bufferAt(memory, buffer);
  return load(memory.words, at + B_FRESH) === 0 && load(memory.words, at + B_CONTENTS) === 0;
}

/** Outcomes: false if the new block cannot be written; it is free again then. */
function carryOver(agent: Agent, buffer: number, from: number, to: number): boolean {
  let outcome: ReturnType<typeof copyContents> = 'refused';
  try {
    outcome = copyContents(agent, buffer, from, to);
  } finally {
    if (outcome === 'refused') undoBlock(agent, to);
  }
  if (outcome === 'lost') loseContents(agent, buffer);
  return outcome !== 'refused';
}

function loseContents(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  store(agent.words, at + B_CONTENTS_JOB, 0);
  store(agent.words, at + B_CONTENTS_SEQNO, 0);
  store(agent.words, at + B_CONTENTS, codeNumber('EIO'));
  store(agent.words, at + B_FRESH, 1);
}
