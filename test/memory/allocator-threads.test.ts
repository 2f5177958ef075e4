/** The allocator under real threads, also under ones that are terminated in the middle of it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { BLOCK_WORDS, K_STATE } from '#fenceline/base/layout.js';
import type { Memory } from '#fenceline/cells/memory.js';
import { AGENT_DEAD } from '#fenceline/cells/memory.js';
import { ALLOC, CLOSING, ownerOf, stateOf } from '#fenceline/cells/slot.js';
import { allocateBlock, createHeap, freeBlock } from '#fenceline/memory/allocator.js';
import { repairHeaps } from '#fenceline/memory/block-repair.js';
import { createHeapMemory } from '#fenceline/memory/heap.js';
import { heapStats, usedBytes } from '#fenceline/memory/heap-stats.js';
import { isLong } from '../lengths.ts';
import { checkAtRest, piecesOf } from './check-heap.ts';
import type { HammerTask } from './hammer.agent.ts';
import { agentOf, memoryOf, setSeat, spaceParts } from './small-space.ts';

const program = new URL('../../build/test/memory/hammer.agent.js', import.meta.url);
const capacityBytes = 64 * 1024;
/** How often each of two threads takes and frees, and how many threads are terminated. */
const [rounds, victims] = isLong ? [40_000, 15] : [15_000, 6];

function newSpace() {
  const parts = spaceParts({ blocks: 200 });
  const memory = memoryOf(parts);
  createHeap(memory, 0, capacityBytes, capacityBytes - 4096);
  const heap = createHeapMemory({ name: 'main', capacityBytes, isShared: true });
  return { parts, memory, heap, main: agentOf(memory, 0) };
}

function start(task: HammerTask): Worker {
  return new Worker(program, { workerData: task });
}

/** One word a descriptor, so that it may be asked while others are at work. */
function isAnyNamed({ words, layout }: Memory, index: number): boolean {
  for (let block = 0; block < layout.limits.blocks; block++) {
    const word = words[layout.blocks + block * BLOCK_WORDS + K_STATE] ?? 0;
    if ((stateOf(word) === ALLOC || stateOf(word) === CLOSING) && ownerOf(word) === index) return true;
  }
  return false;
}

async function resultOf(worker: Worker): Promise<{ refused: number; broken: number; checksum: number }> {
  for (;;) {
    const [message] = await once(worker, 'message');
    if (typeof message === 'object') return message;
  }
}

test('two threads never hold the same bytes, and give back all they took', async () => {
  const { parts, memory, heap } = newSpace();
  const seed = Date.now() % 100_000;
  const workers = [1, 2].map((index) => start({ parts, heap, index, seed: seed + index, rounds }));
  const results = await Promise.all(workers.map(resultOf));
  await Promise.all(workers.map((worker) => worker.terminate()));
  for (const { broken, checksum } of results) {
    expect(broken, `seed ${seed}`).toBe(0);
    expect(checksum, `seed ${seed}`).toBeGreaterThan(0);
  }
  checkAtRest(memory);
  expect(usedBytes(memory, 0)).toBe(0);
  expect(piecesOf(memory, 0)).toHaveLength(1);
});

test('threads terminated anywhere leave a heap that a repair makes exact, while others go on', async () => {
  const { parts, memory, heap, main } = newSpace();
  const seed = Date.now() % 100_000;
  const survivor = start({ parts, heap, index: 1, seed, rounds: Number.POSITIVE_INFINITY });
  await once(survivor, 'message');
  for (let run = 0; run < victims; run++) {
    const victim = start({ parts, heap, index: 2, seed: seed + run, rounds: Number.POSITIVE_INFINITY });
    await once(victim, 'message');
    await new Promise((resolve) => setTimeout(resolve, run % 7));
    await victim.terminate();
    setSeat(memory, 2, AGENT_DEAD);
    repairHeaps(main, 2);
    expect(isAnyNamed(memory, 2), `seed ${seed}, run ${run}: something names the dead`).toBe(false);
    const stats = heapStats(memory, 0);
    expect(stats.fragmentation, `seed ${seed}, run ${run}`).toBeGreaterThanOrEqual(0);
    expect(stats.usedBytes, `seed ${seed}, run ${run}`).toBeLessThanOrEqual(stats.budgetBytes);
    expect(stats.usedBytes + stats.freeBytes).toBe(capacityBytes);
    const block = allocateBlock(main, 0, 64, 64, 0);
    if (block >= 0) freeBlock(main, block);
  }
  await survivor.terminate();
  setSeat(memory, 1, AGENT_DEAD);
  repairHeaps(main, 1);
  checkAtRest(memory);
  expect(usedBytes(memory, 0), `seed ${seed}`).toBe(0);
  expect(piecesOf(memory, 0)).toHaveLength(1);
});
