/**
 * Figures of a heap, for people and for budgets: a look at a moment, without its lock.
 *
 * The walk may meet a chain that changes under it. It believes what it saw only if starts grew, the end was the
 * capacity, and the blocks in use add up to P_USED, which was the same before and after; otherwise it walks again. On
 * a heap that never rests the last walk's figures are given: they tell of no single moment then.
 */
import { P_BUDGET, P_CAPACITY, P_PEAK, P_USED } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { blockEnd, blockStart, blockState, firstBlock, heapAt, nextBlock, VACANT } from './block-chain.ts';
import { unitBytes } from './size-class.ts';

export interface HeapStats {
  readonly capacityBytes: number;
  readonly budgetBytes: number;
  readonly usedBytes: number;
  /** The most that was in use at once. */
  readonly peakBytes: number;
  readonly freeBytes: number;
  readonly largestFreeBytes: number;
  /** 0 if all free memory is in one piece, towards 1 the more pieces; 0 if nothing is free. */
  readonly fragmentation: number;
  /** Blocks in use and vacant ones: as many descriptors. */
  readonly blockCount: number;
}

const walksMax = 8;

interface Walk {
  isWhole: boolean;
  used: number;
  largest: number;
  count: number;
}

/** Figures of the heap in this slot. Context: any; takes time in proportion to the number of blocks. */
export function heapStats(memory: Memory, heapIndex: number): HeapStats {
  const { words } = memory;
  const heap = heapAt(memory, heapIndex);
  const capacity = load(words, heap + P_CAPACITY);
  const walk: Walk = { isWhole: false, used: 0, largest: 0, count: 0 };
  for (let attempt = 0; attempt < walksMax && !walk.isWhole; attempt++) walkBlocks(memory, heap, capacity, walk);
  const free = capacity - walk.used;
  const largest = Math.min(walk.largest, free);
  return {
    capacityBytes: capacity * unitBytes,
    budgetBytes: load(words, heap + P_BUDGET) * unitBytes,
    usedBytes: walk.used * unitBytes,
    peakBytes: load(words, heap + P_PEAK) * unitBytes,
    freeBytes: free * unitBytes,
    largestFreeBytes: largest * unitBytes,
    fragmentation: free === 0 ? 0 : 1 - largest / free,
    blockCount: walk.count,
  };
}

/** What is in use, exact: one load. */
export function usedBytes(memory: Memory, heapIndex: number): number {
  return load(memory.words, heapAt(memory, heapIndex) + P_USED) * unitBytes;
}

/** What may be in use: one load. */
export function budgetBytes(memory: Memory, heapIndex: number): number {
  return load(memory.words, heapAt(memory, heapIndex) + P_BUDGET) * unitBytes;
}

function walkBlocks(memory: Memory, heap: number, capacity: number, walk: Walk): void {
  const { words, layout } = memory;
  const usedBefore = load(words, heap + P_USED);
  let [used, largest, count, at] = [0, 0, 0, 0];
  let isWhole = true;
  for (
    let block = firstBlock(memory, heap);
    block >= 0 && count < layout.limits.blocks;
    block = nextBlock(memory, block)
  ) {
    const end = blockEnd(memory, heap, block);
    if (blockStart(memory, block) !== at || end <= at) isWhole = false;
    if (!isWhole) break;
    if (blockState(memory, block) === VACANT) largest = Math.max(largest, end - at);
    else used += end - at;
    at = end;
    count++;
  }
  walk.isWhole = isWhole && at === capacity && used === usedBefore && load(words, heap + P_USED) === usedBefore;
  walk.used = walk.isWhole ? used : usedBefore;
  walk.largest = largest;
  walk.count = count;
}
