/**
 * Noting what becomes of a buffer's memory: a count in its heap for reports, and a trace event where the space is traced.
 *
 * Both come after the commit store of what they note, and nothing depends on them: who stops in between has noted less,
 * and what a repair frees is not noted. An eviction counts in the heap that got room by it, all else in the block's heap.
 *
 * Not here: what is made of them (src/trace/, src/dump/).
 */
import { B_STATE, P_COUNTS } from '../base/layout.ts';
import { bufferAt, bufferSizeBytes } from '../buffer/buffer.ts';
import { add, load } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { generationOf } from '../cells/slot.ts';
import { TRACE_EVICTED, TRACE_PLACED, trace } from '../cells/trace.ts';
import { blockHeap } from './allocator.ts';
import { blockStart, heapAt } from './block-chain.ts';

/** No heap: it had no memory before. */
const nowhere = -1;
/** The low ones: of a slot that was used more often, old events go by the name of a later buffer. */
const generationBits = 18;
const heapBits = 7;
const generationMask: number = 2 ** generationBits - 1;
const heapMask: number = 2 ** heapBits - 1;

/**
 * Notes what became of a buffer's memory. Context: the block is in use still, or already: its start is read. An eviction is from
 * some heap, and what is dropped is an eviction.
 *
 * @param kind One of `TRACE_PLACED` to `TRACE_PUBLISHED`.
 * @param block That has the contents from now on; of `TRACE_FREED`, that had them; -1: they were dropped.
 * @param from Heap that they were in until now, -1 if in none.
 */
export function noteMemory(agent: Agent, kind: number, buffer: number, block: number, from: number = nowhere): void {
  const { words } = agent;
  const heap = block < 0 ? nowhere : blockHeap(agent, block);
  const counted = kind === TRACE_EVICTED ? from : heap;
  add(words, heapAt(agent, counted) + P_COUNTS + kind - TRACE_PLACED, 1);
  if (agent.tracer === undefined) return;
  const generation = generationOf(load(words, bufferAt(agent, buffer) + B_STATE)) & generationMask;
  const where = generation | ((heap + 1) << generationBits) | ((from + 1) << (generationBits + heapBits));
  trace(agent, kind, buffer, where, bufferSizeBytes(agent, buffer), block < 0 ? 0 : blockStart(agent, block));
}

/** What a trace event of memory says, from its word of generation and heaps. `from`: -1 if it had none. */
export function unpackPlace(word: number): {
  readonly generation: number;
  readonly heap: number;
  readonly from: number;
} {
  return {
    generation: word & generationMask,
    heap: ((word >>> generationBits) & heapMask) - 1,
    from: ((word >>> (generationBits + heapBits)) & heapMask) - 1,
  };
}

/** How often it happened at the heap since the space began, modulo 2^32. */
export function countOf(memory: Memory, heapIndex: number, kind: number): number {
  return load(memory.words, heapAt(memory, heapIndex) + P_COUNTS + kind - TRACE_PLACED) >>> 0;
}
