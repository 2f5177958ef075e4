/**
 * Where a buffer may live, and where it does.
 *
 * Where it does is K_HEAP of the block that its placement names, and nothing else: one word decides (move.ts). Where it
 * may is a list of heaps in its slot, the desired one first; by default the heap it is at home in. It may be elsewhere all
 * the same: a kernel that needs it in another heap has it moved there, and swap heaps stand in no list.
 *
 * Not here: moving it (move.ts), choosing who has to go (evict.ts).
 */
import { assert } from '../base/assert.ts';
import { B_HEAP, B_PLACES, P_FIRST, P_KIND } from '../base/layout.ts';
import { bufferAt, placementOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { blockHeap } from './allocator.ts';
import { heapAt } from './block-chain.ts';

/** Memory that every agent addresses. */
export const HEAP_MEMORY = 0;
/** Where contents wait that no job needs: they are copied back before anybody looks at them. */
export const HEAP_SWAP = 1;
/** Memory of a device: its bytes are seen by nobody here. */
export const HEAP_DEVICE = 2;

/** Heaps that a list can name: four bits each, and 0 ends it. */
export const placesMax = 8;
export const heapsNamedMax = 15;

export function kindOfHeap(memory: Memory, heap: number): number {
  return load(memory.words, heapAt(memory, heap) + P_KIND);
}

/** The heap that holds the buffer's memory, or -1 if it has none. Context: its lock is held, or it is in use by the caller. */
export function residenceOf(memory: Memory, buffer: number): number {
  const block = placementOf(memory, buffer);
  return block < 0 ? -1 : blockHeap(memory, block);
}

/** Whether jobs can run on the buffer where it is: in `heap`, or, for -1, in any that agents address. Context: as above. */
export function isUsableIn(memory: Memory, buffer: number, heap: number): boolean {
  const residence = residenceOf(memory, buffer);
  if (residence < 0) return false;
  return heap >= 0 ? residence === heap : residence === 0 || kindOfHeap(memory, residence) === HEAP_MEMORY;
}

/** The word of a list of heaps. `heaps`: different ones, at most eight; none means the buffer's home. */
export function placesWord(heaps: readonly number[]): number {
  assert(heaps.length <= placesMax, 'A list of places names at most eight heaps.');
  let word = 0;
  for (let rank = 0; rank < heaps.length; rank++) word |= ((heaps[rank] as number) + 1) << (rank * 4);
  return word;
}

/** The heap at this rank of the buffer's list, 0 the desired one; -1 behind its end. */
export function placeAt(memory: Memory, buffer: number, rank: number): number {
  const at = bufferAt(memory, buffer);
  const word = load(memory.words, at + B_PLACES);
  if (word === 0) return rank === 0 ? load(memory.words, at + B_HEAP) : -1;
  return rank < placesMax ? ((word >>> (rank * 4)) & 15) - 1 : -1;
}

/** The rank of a heap in the buffer's list, or -1. */
export function rankOf(memory: Memory, buffer: number, heap: number): number {
  for (let rank = 0; ; rank++) {
    const place = placeAt(memory, buffer, rank);
    if (place < 0) return -1;
    if (place === heap) return rank;
  }
}

/** The heap that contents are swapped out to, or -1. */
export function swapHeapOf(memory: Memory): number {
  for (let heap = memory.layout.limits.heaps - 1; heap > 0; heap--) {
    if (kindOfHeap(memory, heap) === HEAP_SWAP && load(memory.words, heapAt(memory, heap) + P_FIRST) !== 0) return heap;
  }
  return -1;
}
