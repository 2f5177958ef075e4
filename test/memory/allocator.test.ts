/** The allocator in one thread: what it gives, what it refuses, and what it counts. */
import { describe, expect, test } from 'vitest';
import { FencelineError } from '#fenceline/base/errors.js';
import { A_RING, AGENT_WORDS, B_PLACEMENT, BUFFER_WORDS, H_FREED, H_QUEUED_INTEREST } from '#fenceline/base/layout.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  allocateBlock,
  blockSizeBytes,
  blockStartBytes,
  commitBlock,
  createHeap,
  freeBlock,
  retireBlock,
  setBudget,
} from '#fenceline/memory/allocator.js';
import { heapStats, usedBytes } from '#fenceline/memory/heap-stats.js';
import { checkAtRest, piecesOf } from './check-heap.ts';
import { agentOf, memoryOf, spaceParts } from './small-space.ts';

const unit = 64;

function heapOf(units: number, budgetUnits = units, limits: { blocks?: number } = {}): Agent {
  const memory = memoryOf(spaceParts(limits));
  createHeap(memory, 0, units * unit, budgetUnits * unit);
  return agentOf(memory, 0);
}

const take = (agent: Agent, units: number, align = 1, buffer = 0) =>
  allocateBlock(agent, 0, units * unit, align * unit, buffer);

const place = (agent: Agent, buffer: number, block: number) => {
  agent.words[agent.layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT] = block + 1;
};

describe('a block', () => {
  test('has the size that was asked for, in whole units, and starts at the alignment', () => {
    const agent = heapOf(1000);
    const [a, b] = [allocateBlock(agent, 0, 1, 64, 0), allocateBlock(agent, 0, 65, 64, 0)];
    const c = allocateBlock(agent, 0, 640, 64 * 64, 0);
    expect([blockSizeBytes(agent, a), blockSizeBytes(agent, b), blockSizeBytes(agent, c)]).toEqual([64, 128, 640]);
    expect(blockStartBytes(agent, c) % (64 * 64)).toBe(0);
    expect(usedBytes(agent, 0)).toBe(64 + 128 + 640);
    checkAtRest(agent);
  });

  test('fits behind a gap of alignment, and the gap stays in use by others', () => {
    const agent = heapOf(32);
    take(agent, 1);
    const aligned = take(agent, 16, 16);
    expect(blockStartBytes(agent, aligned)).toBe(16 * unit);
    expect(take(agent, 15)).toBeGreaterThanOrEqual(0);
    expect(heapStats(agent, 0)).toMatchObject({ freeBytes: 0, largestFreeBytes: 0, fragmentation: 0 });
    checkAtRest(agent);
  });

  test('may be as large as the heap, and no larger', () => {
    const agent = heapOf(999);
    expect(take(agent, 1000)).toBe(-1);
    const all = take(agent, 999);
    expect(all).toBeGreaterThanOrEqual(0);
    expect(take(agent, 1)).toBe(-1);
    freeBlock(agent, all);
    expect(heapStats(agent, 0)).toMatchObject({ usedBytes: 0, peakBytes: 999 * unit, largestFreeBytes: 999 * unit });
  });

  test('is found wherever one fits, also by an alignment larger than the heap', () => {
    const agent = heapOf(100);
    const first = take(agent, 10, 2 ** 20);
    expect(blockStartBytes(agent, first)).toBe(0);
    expect(take(agent, 10, 2 ** 20)).toBe(-1);
    freeBlock(agent, first);
    expect(take(agent, 100, 2 ** 20)).toBeGreaterThanOrEqual(0);
  });

  test('goes through its life: taken, live, retired, free', () => {
    const agent = heapOf(16);
    const block = take(agent, 4, 1, 7);
    expect(piecesOf(agent, 0)[0]).toMatchObject({ block, state: 1, agent: 0, owner: 8 });
    commitBlock(agent, block);
    expect(piecesOf(agent, 0)[0]).toMatchObject({ block, state: 2, agent: 63, owner: 8 });
    retireBlock(agent, block);
    expect(piecesOf(agent, 0)[0]).toMatchObject({ block, state: 3, agent: 0 });
    freeBlock(agent, block);
    expect(piecesOf(agent, 0)).toMatchObject([{ state: 4, start: 0, end: 16, owner: 0 }]);
    checkAtRest(agent);
  });

  test('is freed once: a second free breaks a promise, and harms nothing', () => {
    const agent = heapOf(16);
    const block = take(agent, 4);
    freeBlock(agent, block);
    expect(() => freeBlock(agent, block)).toThrow(/retired while it is live/);
    expect(() => commitBlock(agent, block)).toThrow(/its taker/);
    checkAtRest(agent);
  });

  test('of another agent is not freed before it is committed', () => {
    const agent = heapOf(16);
    const other = agentOf(agent, 1);
    const block = take(agent, 4);
    expect(() => freeBlock(other, block)).toThrow(/retired while it is live/);
    place(agent, 0, block);
    commitBlock(agent, block);
    place(agent, 0, -1);
    freeBlock(other, block);
    checkAtRest(agent);
  });
});

describe('merging', () => {
  // Three blocks side by side, freed in every order: left and right neighbours, none, one or both vacant.
  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('leaves one vacant block, whatever is freed first (%i, %i, %i)', (...order) => {
    const agent = heapOf(12);
    const blocks = [take(agent, 3), take(agent, 4), take(agent, 5)];
    for (const index of order) {
      freeBlock(agent, blocks[index] ?? -1);
      checkAtRest(agent);
    }
    expect(piecesOf(agent, 0)).toHaveLength(1);
  });
});

describe('the budget', () => {
  test('permits exactly what it says, and forbids one unit more', () => {
    const agent = heapOf(100, 10);
    expect(take(agent, 11)).toBe(-1);
    const ten = take(agent, 10);
    expect(ten).toBeGreaterThanOrEqual(0);
    expect(take(agent, 1)).toBe(-1);
    freeBlock(agent, ten);
    const nine = take(agent, 9);
    expect([nine >= 0, take(agent, 2), take(agent, 1) >= 0]).toEqual([true, -1, true]);
    expect(heapStats(agent, 0)).toMatchObject({ budgetBytes: 10 * unit, usedBytes: 10 * unit, peakBytes: 10 * unit });
  });

  test('below what is in use stops allocations until enough is free', () => {
    const agent = heapOf(100);
    const [a, b] = [take(agent, 10), take(agent, 10)];
    setBudget(agent, 0, 10 * unit);
    expect(take(agent, 1)).toBe(-1);
    freeBlock(agent, a);
    expect(take(agent, 1)).toBe(-1);
    freeBlock(agent, b);
    expect(take(agent, 10)).toBeGreaterThanOrEqual(0);
  });
});

describe('fragmentation', () => {
  test('is 1 minus the largest vacant block over all that is vacant, and refuses what no block holds', () => {
    const agent = heapOf(40);
    const blocks = [1, 2, 3, 4].map(() => take(agent, 10));
    expect(heapStats(agent, 0)).toMatchObject({ fragmentation: 0, freeBytes: 0, blockCount: 4 });
    freeBlock(agent, blocks[0] ?? -1);
    freeBlock(agent, blocks[2] ?? -1);
    expect(heapStats(agent, 0)).toMatchObject({
      fragmentation: 0.5,
      freeBytes: 20 * unit,
      largestFreeBytes: 10 * unit,
    });
    expect(take(agent, 11)).toBe(-1);
    freeBlock(agent, blocks[1] ?? -1);
    expect(heapStats(agent, 0)).toMatchObject({ fragmentation: 0, largestFreeBytes: 30 * unit, blockCount: 2 });
    expect(take(agent, 30)).toBeGreaterThanOrEqual(0);
  });
});

describe('descriptors', () => {
  // With d descriptors free, cutting needs one for what is behind and one for a gap: every d is tried.
  test.each([0, 1, 2])('that run out with %i left leave everything as it was', (left) => {
    const agent = heapOf(64, 64, { blocks: 8 });
    const blocks: number[] = [];
    for (let count = 8 - 1 - left; count > 0; count--) blocks.push(take(agent, 1));
    const before = piecesOf(agent, 0);
    const stats = heapStats(agent, 0);
    const attempt = () => take(agent, 4, 16);
    if (left < 2) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'ENOSPC', details: { limit: 'blocks', value: 8 } }));
      expect(piecesOf(agent, 0)).toEqual(before);
      expect(heapStats(agent, 0)).toEqual(stats);
    } else {
      blocks.push(attempt());
    }
    checkAtRest(agent);
    for (const block of blocks) freeBlock(agent, block);
    checkAtRest(agent);
    expect(piecesOf(agent, 0)).toHaveLength(1);
  });

  test('that are all in use still serve a block that needs no cut', () => {
    const agent = heapOf(8, 8, { blocks: 4 });
    const blocks = [take(agent, 2), take(agent, 2), take(agent, 2)];
    const error = (() => {
      try {
        take(agent, 1);
        return undefined;
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(FencelineError.is(error, 'ENOSPC')).toBe(true);
    expect(String(error)).toContain('limits.blocks is 4');
    blocks.push(take(agent, 2));
    checkAtRest(agent);
    expect(usedBytes(agent, 0)).toBe(8 * unit);
  });

  test('of two heaps come from one table and stay apart', () => {
    const agent = heapOf(16);
    createHeap(agent, 1, 32 * unit, 32 * unit);
    const [a, b] = [take(agent, 4), allocateBlock(agent, 1, 20 * unit, unit, 0)];
    expect([usedBytes(agent, 0), usedBytes(agent, 1)]).toEqual([4 * unit, 20 * unit]);
    freeBlock(agent, b);
    checkAtRest(agent);
    freeBlock(agent, a);
    checkAtRest(agent);
  });
});

describe('who waits for memory', () => {
  test('is rung by a free, once, and counts the frees', () => {
    const agent = heapOf(16);
    agentOf(agent, 2);
    const ring = agent.layout.agents + 2 * AGENT_WORDS + A_RING;
    const [a, b] = [take(agent, 4), take(agent, 4)];
    agent.words[H_QUEUED_INTEREST] = 1 << 2;
    freeBlock(agent, a);
    freeBlock(agent, b);
    expect([agent.words[ring], agent.words[H_QUEUED_INTEREST], agent.words[H_FREED]]).toEqual([1, 0, 2]);
  });
});
