/**
 * The cases of Linux's suite ttm_pool: memory of pages, by order, taken and kept for the next. Here it is the vacant blocks of a
 * heap, by class of size. Where our answer is another on purpose, the title says ours and the test says why.
 */
import type { SharedBuffer } from 'fenceline';
import { attach, exportBuffer, type SgList, sgBytes, sgOfPages } from 'fenceline/driver';
import { describe, expect, test } from 'vitest';
import type { Agent } from '#fenceline/cells/memory.js';
import { allocateBlock, blockSizeBytes, blockStartBytes, createHeap, freeBlock } from '#fenceline/memory/allocator.js';
import { heapStats } from '#fenceline/memory/heap-stats.js';
import { checkAtRest, piecesOf } from '../memory/check-heap.ts';
import { agentOf, memoryOf, spaceParts } from '../memory/small-space.ts';
import { pageBytes, withDevice } from './ttm.ts';

/** MAX_PAGE_ORDER: what is larger is several blocks in Linux. */
const orderMax = 10;
const poolBytes = 2 ** (orderMax + 4) * pageBytes;

function pool(): Agent {
  const memory = memoryOf(spaceParts());
  createHeap(memory, 0, poolBytes, poolBytes);
  return agentOf(memory, 0);
}

const take = (agent: Agent, pages: number, buffer = 0): number =>
  allocateBlock(agent, 0, pages * pageBytes, 64, buffer);
const startOf = (agent: Agent, block: number): number => blockStartBytes(agent, block) / pageBytes;

const orders = [
  ['one page', 1],
  ['more than one page', 4],
  ['more than a block of Linux', 2 ** (orderMax + 1)],
] as const;

describe('ttm_pool', () => {
  test.each(orders)('alloc_basic(%s): is one block, of the pages that were asked for', (_, pages) => {
    const agent = pool();
    const block = take(agent, pages);
    expect([startOf(agent, block), blockSizeBytes(agent, block) / pageBytes]).toEqual([0, pages]);
    expect(piecesOf(agent, 0)).toHaveLength(2);
    freeBlock(agent, block);
    checkAtRest(agent);
  });

  test.each(orders)('alloc_basic_dma_addr(%s): a device gets an address for every page', (_, pages) =>
    withDevice({}, async (space) => {
      const list = sgOfPages(Array.from({ length: pages }, (_, at) => 16 + at));
      const made = exportBuffer(
        space,
        { name: 'memory', map: async (): Promise<SgList> => list, unmap: () => {}, release: () => {} },
        'u8',
        [pages * pageBytes],
      );
      const link = attach(made, { name: 'device', invalidate: () => {} });
      const addresses = await space.transaction(async (tx) => {
        await tx.lock(made as unknown as SharedBuffer);
        return link.map(tx);
      });
      expect(sgBytes(addresses)).toBe(pages * pageBytes);
      // Linux: the first address and the last are not zero. Here those that follow one another are one run.
      expect(addresses).toEqual([{ address: 16 * pageBytes, sizeBytes: pages * pageBytes }]);
      link.dispose();
      made.dispose();
    }),
  );

  test('order_caching_match: what was given back is had by the next of its size', () => {
    const agent = pool();
    const [block, behind] = [take(agent, 4), take(agent, 1)];
    freeBlock(agent, block);
    const again = take(agent, 4, 1);
    expect(startOf(agent, again)).toBe(0);
    freeBlock(agent, again);
    freeBlock(agent, behind);
    checkAtRest(agent);
  });

  test('order_mismatch: what is too small for it is left alone', () => {
    const agent = pool();
    const [small, , large, behind] = [take(agent, 1), take(agent, 1), take(agent, 4), take(agent, 1)];
    freeBlock(agent, small as number);
    freeBlock(agent, large as number);
    const block = take(agent, 4, 1);
    expect(startOf(agent, block)).toBe(2);
    expect(piecesOf(agent, 0)[0]).toMatchObject({ block: small, owner: 0, start: 0, end: pageBytes / 64 });
    freeBlock(agent, block);
    expect(piecesOf(agent, 0)[2]).toMatchObject({ owner: 0, start: (2 * pageBytes) / 64, end: (6 * pageBytes) / 64 });
    expect(startOf(agent, behind as number)).toBe(6);
    checkAtRest(agent);
  });

  test('free_dma_alloc: what is given back is kept for the next', () => {
    const agent = pool();
    const block = take(agent, poolBytes / pageBytes);
    expect([heapStats(agent, 0).freeBytes, take(agent, 1)]).toEqual([0, -1]);
    freeBlock(agent, block);
    expect(heapStats(agent, 0)).toMatchObject({ freeBytes: poolBytes, largestFreeBytes: poolBytes });
    checkAtRest(agent);
  });

  test('free_no_dma_alloc: what is vacant beside it stays one with it', () => {
    const agent = pool();
    const blocks = [take(agent, 4), take(agent, 4)] as const;
    freeBlock(agent, blocks[1]);
    freeBlock(agent, blocks[0]);
    expect(piecesOf(agent, 0)).toMatchObject([{ owner: 0, start: 0, end: poolBytes / 64 }]);
    checkAtRest(agent);
  });

  test('fini_basic: with the last block nothing is left but vacant memory', () => {
    const agent = pool();
    const blocks = [1, 4, 16, 2].map((pages) => take(agent, pages));
    for (const block of blocks) freeBlock(agent, block);
    expect(heapStats(agent, 0)).toMatchObject({ usedBytes: 0, blockCount: 1, fragmentation: 0 });
    checkAtRest(agent);
  });
});
