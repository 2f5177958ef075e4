/**
 * A thread that takes and frees blocks of a shared heap as fast as it can, and writes all over what it holds. What it
 * finds changed in its own blocks was given to two at once.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { allocateBlock, blockSizeBytes, blockStartBytes, freeBlock } from '#fenceline/memory/allocator.js';
import type { HeapMemory } from '#fenceline/memory/heap.js';
import { bytesOf } from '#fenceline/memory/heap.js';
import type { SpaceParts } from './small-space.ts';
import { agentOf, memoryOf } from './small-space.ts';

export interface HammerTask {
  readonly parts: SpaceParts;
  readonly heap: HeapMemory;
  readonly index: number;
  readonly seed: number;
  /** Operations, or Infinity: until it is terminated. */
  readonly rounds: number;
}

const { parts, heap, index, seed, rounds } = workerData as HammerTask;
const agent = agentOf(memoryOf(parts), index);
const held: { block: number; mark: number }[] = [];
let state = seed;
let [refused, broken, mark] = [0, 0, 0];
let checksum = 0;

function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function giveBack(at: number): void {
  const [gone] = held.splice(at, 1);
  if (gone === undefined) return;
  const bytes = bytesOf(heap, blockStartBytes(agent, gone.block), blockSizeBytes(agent, gone.block));
  if (bytes.some((byte) => byte !== gone.mark)) broken++;
  checksum = (checksum + bytes.length) % 2 ** 31;
  freeBlock(agent, gone.block);
}

parentPort?.postMessage('started');
for (let round = 0; round < rounds; round++) {
  if (held.length > 0 && (held.length > 12 || random(2) === 0)) {
    giveBack(random(held.length));
    continue;
  }
  const block = allocateBlock(agent, 0, 1 + random(40) * 64, 64 << random(3), 0);
  if (block < 0) {
    refused++;
    continue;
  }
  // Marks of the agents differ in the lowest bit, so a block that both hold is noticed by one of them.
  mark = (mark + 2) & 0xfe;
  held.push({ block, mark: mark | (index & 1) });
  bytesOf(heap, blockStartBytes(agent, block), blockSizeBytes(agent, block)).fill(mark | (index & 1));
}
while (held.length > 0) giveBack(0);
parentPort?.postMessage({ refused, broken, checksum });
