// The figures that a space keeps of itself, as the summary of a run wants them. The one place that knows where they are.
import { figuresOf } from '../figures.ts';
import type { Space } from '../index.ts';
import { heapStats } from '../memory/heap-stats.ts';
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
  readonly jobs: number;
  /** How many jobs had to wait for memory or a lock before they could be admitted. */
  readonly waits: number;
}

/** Reads the figures. Context: before the space is closed. */
export function spaceFigures(space: Space): SpaceFigures {
  const core = coreOf(space);
  const { sharedBytes, copiedBytes, jobs, queued } = figuresOf(core);
  const { peakBytes, usedBytes } = heapStats(core.agent, 0);
  return {
    bytesShared: sharedBytes,
    bytesCopied: copiedBytes,
    peakHeapBytes: peakBytes,
    leftHeapBytes: usedBytes,
    jobs,
    waits: queued,
  };
}
