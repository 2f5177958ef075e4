/**
 * Heaps in a dump: figures, and the blocks in order of address.
 *
 * No lock is taken. A walk that meets a chain that changes under it is made again, as in memory/heap-stats.ts; on a heap
 * that never rests, what the last walk saw of it is given, up to where it stopped making sense.
 */
import { K_OWNER, K_STATE, P_CAPACITY, P_KIND, P_USED } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { LIVE, nobody, ownerOf, stateOf } from '../cells/slot.ts';
import {
  TRACE_EVICTED,
  TRACE_FREED,
  TRACE_MOVED,
  TRACE_PLACED,
  TRACE_PUBLISHED,
  TRACE_SWAPPED_IN,
} from '../cells/trace.ts';
import type { Core } from '../core.ts';
import { heapsThere } from '../heaps.ts';
import { blockAt, blockEnd, blockStart, firstBlock, heapAt, nextBlock, VACANT } from '../memory/block-chain.ts';
import { heapStats } from '../memory/heap-stats.ts';
import { countOf } from '../memory/note.ts';
import { unitBytes } from '../memory/size-class.ts';
import { idOf } from './buffers.ts';
import type { BlockDump, HeapCounts, HeapDump, HeapKind } from './format.ts';

const kinds: readonly HeapKind[] = ['memory', 'swap', 'device'];
const walksMax = 8;

export function heapsOf(core: Core): HeapDump[] {
  return heapsThere(core).map(({ heap, name }) => heapOf(core, name, heap));
}

function heapOf({ agent }: Core, name: string, index: number): HeapDump {
  const { isWhole, blocks } = blocksOf(agent, index);
  const { blockCount: _, freeBytes: __, ...figures } = heapStats(agent, index);
  const kind = kinds[load(agent.words, heapAt(agent, index) + P_KIND)] ?? 'memory';
  return { name, kind, ...figures, isWhole, blocks, counts: countsOf(agent, index) };
}

function countsOf(memory: Memory, heap: number): HeapCounts {
  return {
    placed: countOf(memory, heap, TRACE_PLACED),
    moved: countOf(memory, heap, TRACE_MOVED),
    evicted: countOf(memory, heap, TRACE_EVICTED),
    swappedIn: countOf(memory, heap, TRACE_SWAPPED_IN),
    freed: countOf(memory, heap, TRACE_FREED),
    published: countOf(memory, heap, TRACE_PUBLISHED),
  };
}

interface Walk {
  readonly isWhole: boolean;
  readonly blocks: readonly BlockDump[];
}

function blocksOf(memory: Memory, index: number): Walk {
  let walk = walkOf(memory, index);
  for (let more = walksMax - 1; more > 0 && !walk.isWhole; more--) walk = walkOf(memory, index);
  return walk;
}

function walkOf(memory: Memory, index: number): Walk {
  const { words, layout } = memory;
  const heap = heapAt(memory, index);
  const capacity = load(words, heap + P_CAPACITY);
  const usedBefore = load(words, heap + P_USED);
  const blocks: BlockDump[] = [];
  let [at, used] = [0, 0];
  for (let block = firstBlock(memory, heap); block >= 0; block = nextBlock(memory, block)) {
    const end = blockEnd(memory, heap, block);
    // A descriptor that was taken out and used again may be another's by now, and lead anywhere.
    if (blockStart(memory, block) !== at || end <= at || blocks.length >= layout.limits.blocks) break;
    const one = toBlock(memory, block, at, end);
    if (one.state !== 'free') used += end - at;
    blocks.push(one);
    at = end;
  }
  const isWhole = at === capacity && used === usedBefore && load(words, heap + P_USED) === usedBefore;
  return { isWhole, blocks };
}

function toBlock(memory: Memory, block: number, start: number, end: number): BlockDump {
  const word = load(memory.words, blockAt(memory, block) + K_STATE);
  const state = stateOf(word);
  const isFree = state === VACANT;
  const owner = load(memory.words, blockAt(memory, block) + K_OWNER);
  return {
    startBytes: start * unitBytes,
    sizeBytes: (end - start) * unitBytes,
    state: isFree ? 'free' : state === LIVE ? 'used' : 'taken',
    buffer: isFree || owner === 0 ? null : idOf(memory, owner - 1),
    agent: isFree || state === LIVE || ownerOf(word) === nobody ? null : ownerOf(word),
  };
}
