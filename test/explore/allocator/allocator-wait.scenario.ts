/** A heap is full; one agent waits for memory, another frees what it holds, or dies holding it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from '#fenceline/base/layout.js';
import { addAgent } from '#fenceline/cells/interest.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { allocateBlock, createHeap, freeBlock } from '#fenceline/memory/allocator.js';
import type { HeapWorld } from './heap-world.ts';
import {
  agentIn,
  bury,
  checkAlways,
  checkEnd,
  describeWord,
  heapUnits,
  hold,
  letGo,
  newWorld,
  unit,
} from './heap-world.ts';

interface Full extends HeapWorld {
  readonly block: number;
}

function setup(): Full {
  const world = newWorld(3);
  createHeap(world.memory, 0, heapUnits * unit, 4 * unit);
  const block = allocateBlock(agentIn(world, 0), 0, 4 * unit, unit, 0);
  hold(world, agentIn(world, 0), block);
  return Object.assign(world, { block });
}

function holder(world: Full): void {
  letGo(world, world.block);
  freeBlock(agentIn(world, 0), world.block);
}

function waiter(world: Full): void {
  const agent = agentIn(world, 1);
  let block = -1;
  // Interest first, then the look: whoever frees in between finds us, or we find the memory.
  const hasMemory = sleepUntil(
    agent,
    () => {
      addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
      block = allocateBlock(agent, 0, unit, unit, 1);
      return block >= 0;
    },
    Number.POSITIVE_INFINITY,
  );
  assert(hasMemory);
  hold(world, agent, block);
  letGo(world, block);
  freeBlock(agent, block);
}

export default scenario({
  setup,
  agents: { holder, waiter },
  always: checkAlways,
  after: checkEnd,
  afterDeath: (world, dead) => bury(world, dead === 'holder' ? 0 : 1),
  describeWord,
  options: { killAgents: true, preemptions: 1 },
});
