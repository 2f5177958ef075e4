// The figures that a space keeps of itself, as the summary of a run wants them. The one place that knows where they are.
import { TRACE_EVICTED, TRACE_SWAPPED_IN } from '../cells/trace.ts';
import { figuresOf } from '../figures.ts';
import type { Space } from '../index.ts';
import { heapStats } from '../memory/heap-stats.ts';
import { countOf } from '../memory/note.ts';
import { swapHeapOf } from '../memory/residence.ts';
import { coreOf } from '../space.ts';

export interface SpaceFigures {
  /** Bytes of buffers that jobs were given in place, each time they were given. */
  readonly bytesShared: number;
  /** Bytes copied into buffers and out of them. */
  readonly bytesCopied: number;
  /** The most heap memory in use at any time. */
  readonly peakHeapBytes: number;
  /** Heap memory still in use when the pipeline has ended: 0, unless it forgot to dispose of a buffer. */
  readonly leftHeapBytes: number;
  /** The most that was swapped out at any time; 0 without a swap. */
  readonly peakSwapBytes: number;
  /** How many times a buffer had to leave the heap for another one. */
  readonly evictions: number;
  /** How many times one came back out of the swap. */
  readonly swapIns: number;
  readonly jobs: number;
  /** How often a job, a copy in or a copy out had to wait for memory or a lock before it was admitted. */
  readonly waits: number;
}

/** Reads the figures. Context: before the space is closed. */
export function spaceFigures(space: Space): SpaceFigures {
  const core = coreOf(space);
  const { sharedBytes, copiedBytes, jobs, queued } = figuresOf(core);
  const { peakBytes, usedBytes } = heapStats(core.agent, 0);
  const swap = swapHeapOf(core.agent);
  return {
    bytesShared: sharedBytes,
    bytesCopied: copiedBytes,
    peakHeapBytes: peakBytes,
    leftHeapBytes: usedBytes,
    peakSwapBytes: swap < 0 ? 0 : heapStats(core.agent, swap).peakBytes,
    evictions: countOf(core.agent, 0, TRACE_EVICTED),
    swapIns: countOf(core.agent, 0, TRACE_SWAPPED_IN),
    jobs,
    waits: queued,
  };
}
