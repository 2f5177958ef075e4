/** The allocator against the simplest model there is: a list of taken intervals. Random operations, seed printed. */
import { expect, test } from 'vitest';
import { FencelineError } from '#fenceline/base/errors.js';
import { allocateBlock, blockSizeBytes, blockStartBytes, createHeap, freeBlock } from '#fenceline/memory/allocator.js';
import { heapStats } from '#fenceline/memory/heap-stats.js';
import { checkAtRest, piecesOf } from './check-heap.ts';
import { agentOf, memoryOf, spaceParts } from './small-space.ts';

const unit = 64;

interface Taken {
  readonly block: number;
  readonly start: number;
  readonly end: number;
}

/** Largest and total gap, and whether `units` fit somewhere at `align`. */
function gapsOf(taken: readonly Taken[], capacity: number, units: number, align: number) {
  const sorted = [...taken].sort((a, b) => a.start - b.start);
  let [at, largest, free, fits] = [0, 0, 0, false];
  for (const { start, end } of [...sorted, { start: capacity, end: capacity }]) {
    largest = Math.max(largest, start - at);
    free += start - at;
    if (Math.ceil(at / align) * align + units <= start) fits = true;
    at = end;
  }
  return { largest, free, fits };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const givenSeed = Number(process.env.FENCELINE_SEED ?? Math.floor(Math.random() * 2 ** 31));

// Capacity, budget, descriptors, largest size: a roomy heap, a tight budget, few descriptors, large sizes.
test.each([
  [1000, 1000, 2000, 60],
  [4000, 1500, 2000, 300],
  [4000, 4000, 12, 200],
  [2 ** 22, 2 ** 22, 2000, 200_000],
])(
  'the allocator of %i units, budget %i, %i descriptors agrees with a list of intervals',
  (capacity, budget, blocks, sizeMax) => {
    const random = randomFrom(givenSeed + capacity + budget + blocks);
    const agent = agentOf(memoryOf(spaceParts({ blocks })), 0);
    createHeap(agent, 0, capacity * unit, budget * unit);
    const taken: Taken[] = [];
    let [used, peak, refused, full] = [0, 0, 0, 0];
    for (let step = 0; step < 3000; step++) {
      const note = `seed ${givenSeed}, step ${step} (rerun with FENCELINE_SEED=${givenSeed})`;
      // Phases of growth and of shrinking, so that the heap is seen nearly full and nearly empty.
      if (taken.length > 0 && random() < (step % 600 < 300 ? 0.35 : 0.65)) {
        const [gone] = taken.splice(Math.floor(random() * taken.length), 1) as [Taken];
        freeBlock(agent, gone.block);
        used -= gone.end - gone.start;
      } else {
        const units = 1 + Math.floor(random() ** 2 * sizeMax);
        const align = 2 ** Math.floor(random() ** 3 * 8);
        const { fits } = gapsOf(taken, capacity, units, align);
        const expected = fits && used + units <= budget;
        const before = piecesOf(agent, 0);
        try {
          const block = allocateBlock(agent, 0, units * unit, align * unit, step % 64);
          expect(block >= 0, note).toBe(expected);
          if (block >= 0) {
            const start = blockStartBytes(agent, block) / unit;
            expect([start % align, blockSizeBytes(agent, block)], note).toEqual([0, units * unit]);
            const isApart = taken.every((other) => other.end <= start || other.start >= start + units);
            expect(isApart, `${note}: blocks do not overlap`).toBe(true);
            taken.push({ block, start, end: start + units });
            used += units;
            peak = Math.max(peak, used);
          } else refused++;
        } catch (error) {
          if (!FencelineError.is(error, 'ENOSPC')) throw error;
          full++;
          expect(expected, note).toBe(true);
          expect(piecesOf(agent, 0), note).toEqual(before);
        }
      }
      if (step % 16 === 0) checkAtRest(agent);
      const stats = heapStats(agent, 0);
      const { largest, free } = gapsOf(taken, capacity, 1, 1);
      expect(stats, note).toMatchObject({ usedBytes: used * unit, peakBytes: peak * unit, freeBytes: free * unit });
      expect(stats.largestFreeBytes, note).toBe(largest * unit);
    }
    // A run that never meets a boundary would show nothing about it.
    expect(blocks < 100 ? full : refused, `seed ${givenSeed}`).toBeGreaterThan(0);
    for (const { block } of taken) freeBlock(agent, block);
    checkAtRest(agent);
    expect(piecesOf(agent, 0)).toHaveLength(1);
  },
);
