/**
 * Which buffers stand between pieces of a heap that together would be large enough: moving one of them elsewhere in the heap
 * makes one piece of two. A look without the heap's lock: what it finds may have changed, and whoever moves looks again.
 *
 * Not here: moving (evict.ts), and pieces that only several moves would join: then somebody has to leave.
 */
import { K_OWNER } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { LIVE } from '../cells/slot.ts';
import { blockAt, blockEnd, blockStart, blockState, firstBlock, heapAt, nextBlock, VACANT } from './block-chain.ts';

/** The buffers of a heap whose block, with what is vacant on both sides of it, has so many units: the smallest block first. */
export function separators(memory: Memory, heapIndex: number, units: number): readonly number[] {
  const heap = heapAt(memory, heapIndex);
  const found: { buffer: number; size: number }[] = [];
  let vacantBefore = 0;
  let candidate: { buffer: number; size: number; room: number } | undefined;
  let steps = memory.layout.limits.blocks;
  for (let block = firstBlock(memory, heap); block >= 0 && steps > 0; block = nextBlock(memory, block)) {
    steps--;
    const size = blockEnd(memory, heap, block) - blockStart(memory, block);
    if (blockState(memory, block) === VACANT) {
      if (candidate !== undefined) candidate.room += size;
      vacantBefore = size;
      continue;
    }
    if (candidate !== undefined && candidate.room >= units) found.push(candidate);
    const buffer = load(memory.words, blockAt(memory, block) + K_OWNER) - 1;
    candidate =
      blockState(memory, block) === LIVE && buffer >= 0 ? { buffer, size, room: vacantBefore + size } : undefined;
    vacantBefore = 0;
  }
  if (candidate !== undefined && candidate.room >= units) found.push(candidate);
  if (found.length > 1) found.sort((a, b) => a.size - b.size || a.buffer - b.buffer);
  return found.map(({ buffer }) => buffer);
}
