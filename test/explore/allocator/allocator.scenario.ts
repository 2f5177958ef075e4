/** Two agents take, cut, place, merge and free on a heap of sixteen units; either may die at any step. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { allocateBlock, commitBlock, createHeap, freeBlock, retireBlock } from '#fenceline/memory/allocator.js';
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
  place,
  unit,
} from './heap-world.ts';

function setup(): HeapWorld {
  const world = newWorld(3);
  createHeap(world.memory, 0, heapUnits * unit, 11 * unit);
  return world;
}

/** Takes memory for a buffer and places it, then moves the buffer to another block, as a draft is published. */
function mover(world: HeapWorld): string {
  const agent = agentIn(world, 0);
  const old = allocateBlock(agent, 0, 3 * unit, unit, 0);
  assert(old >= 0, 'The first block fits.');
  hold(world, agent, old);
  place(agent, 0, old);
  commitBlock(agent, old);
  const draft = allocateBlock(agent, 0, 2 * unit, 4 * unit, 0);
  if (draft < 0) return 'refused';
  hold(world, agent, draft);
  retireBlock(agent, old);
  place(agent, 0, draft);
  commitBlock(agent, draft);
  letGo(world, old);
  freeBlock(agent, old);
  return 'moved';
}

/** Takes two blocks and gives both back, the second one never placed. */
function taker(world: HeapWorld): string {
  const agent = agentIn(world, 1);
  const first = allocateBlock(agent, 0, 2 * unit, unit, 1);
  assert(first >= 0, 'A block of two units always fits.');
  hold(world, agent, first);
  const second = allocateBlock(agent, 0, 5 * unit, unit, 2);
  letGo(world, first);
  freeBlock(agent, first);
  if (second < 0) return 'refused';
  freeBlock(agent, second);
  return 'both';
}

export default scenario({
  setup,
  agents: { mover, taker },
  always: checkAlways,
  after: checkEnd,
  afterDeath: (world, dead) => bury(world, dead === 'mover' ? 0 : 1),
  describeWord,
  options: { killAgents: true, preemptions: 1 },
});
