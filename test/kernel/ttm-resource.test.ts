/**
 * The cases of Linux's suite ttm_resource: a resource is a block of a heap, its manager the heap. Where our answer is another on
 * purpose, the title says ours and the test says why.
 */
import { describe, expect, test } from 'vitest';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  allocateBlock,
  blockHeap,
  blockSizeBytes,
  blockStartBytes,
  commitBlock,
  createHeap,
  freeBlock,
} from '#fenceline/memory/allocator.js';
import { heapStats, usedBytes } from '#fenceline/memory/heap-stats.js';
import { checkAtRest, piecesOf } from '../memory/check-heap.ts';
import { agentOf, memoryOf, spaceParts } from '../memory/small-space.ts';
import { bo, boBytes, heapOf, managerBytes, stateOf, validate, withDevice } from './ttm.ts';

const system = 0;
const vram = 1;
const own = 2;
const buffer = 5;

/** A control block with three heaps: memory that agents address, and one of a device. */
function managers(): Agent {
  const memory = memoryOf(spaceParts({ heaps: 3 }));
  createHeap(memory, system, managerBytes, managerBytes);
  createHeap(memory, vram, managerBytes, managerBytes);
  createHeap(memory, own, managerBytes, managerBytes, 2);
  return agentOf(memory, 0);
}

const take = (agent: Agent, heap: number): number => allocateBlock(agent, heap, boBytes, 64, buffer);

describe('ttm_resource', () => {
  const heaps = [
    ['SYSTEM', system],
    ['VRAM', vram],
    ['private', own],
  ] as const;

  test.each(heaps)('init_basic(%s): a block says where it is, how large, and whose', (_, heap) => {
    const agent = managers();
    const block = take(agent, heap);
    expect([blockHeap(agent, block), blockStartBytes(agent, block), blockSizeBytes(agent, block)]).toEqual([
      ...[heap, 0, boBytes],
    ]);
    expect(piecesOf(agent, heap)[0]).toMatchObject({ block, owner: buffer + 1 });
    expect(usedBytes(agent, heap)).toBe(boBytes);
    commitBlock(agent, block);
    freeBlock(agent, block);
    checkAtRest(agent);
  });

  test('init_pinned: the memory of a pinned buffer is known to be kept, and goes with it', () =>
    withDevice({}, async (space) => {
      const made = bo(space);
      const pin = await made.pin('vram');
      expect(stateOf(space, made).kept).toEqual([{ by: 'pin', agent: 0 }]);
      pin[Symbol.dispose]();
      expect(stateOf(space, made).kept).toEqual([]);
      made.dispose();
      expect(heapOf(space, 'vram')).toMatchObject({ usedBytes: 0, blocks: [{ state: 'free' }] });
    }));

  test('fini_basic: a block that is given back is nobody’s', () => {
    const agent = managers();
    const block = take(agent, vram);
    commitBlock(agent, block);
    freeBlock(agent, block);
    expect(usedBytes(agent, vram)).toBe(0);
    expect(piecesOf(agent, vram)).toMatchObject([{ owner: 0, start: 0, end: managerBytes / 64 }]);
    checkAtRest(agent);
  });

  test('manager_init_basic: a new heap has its size, and nothing in it', () => {
    const agent = managers();
    for (const heap of [system, vram, own]) {
      expect(heapStats(agent, heap)).toEqual({
        ...{ capacityBytes: managerBytes, budgetBytes: managerBytes, usedBytes: 0, peakBytes: 0 },
        ...{ freeBytes: managerBytes, largestFreeBytes: managerBytes, fragmentation: 0, blockCount: 1 },
      });
    }
    // Linux's manager also has move fences, none yet. Here a heap has none at all: memory is handed on when its last use is over.
    checkAtRest(agent);
  });

  test('manager_usage_basic: what is in use adds up', () => {
    const agent = managers();
    const blocks = [take(agent, vram), take(agent, vram), take(agent, vram)];
    expect(usedBytes(agent, vram)).toBe(3 * boBytes);
    expect(usedBytes(agent, system)).toBe(0);
    freeBlock(agent, blocks[1] as number);
    expect(usedBytes(agent, vram)).toBe(2 * boBytes);
    checkAtRest(agent);
  });

  test('sys_man_alloc_basic: the system heap gives a block like any other', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      await validate(space, made);
      expect(stateOf(space, made)).toMatchObject({ heap: 'system', startBytes: 0 });
      expect(heapOf(space, 'system')).toMatchObject({ usedBytes: boBytes, blocks: [{ buffer: made.id }, {}] });
    }));

  test('sys_man_free_basic: and has it back', () =>
    withDevice({}, async (space) => {
      const made = bo(space, boBytes, ['system']);
      await validate(space, made);
      made.dispose();
      expect(heapOf(space, 'system')).toMatchObject({ usedBytes: 0, blocks: [{ state: 'free', buffer: null }] });
    }));
});
