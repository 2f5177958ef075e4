/**
 * Several vacant blocks of one size class, so that lists have a middle, and descriptors that run out in the middle of a
 * cut. Blocks leave their list by merging, by being taken, and one is looked past because of its alignment.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { FencelineError } from '#fenceline/base/errors.js';
import type { Agent } from '#fenceline/cells/memory.js';
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

interface Lists extends HeapWorld {
  /** Live blocks between vacant ones, by the buffer that names them. */
  readonly live: readonly number[];
}

/** Chain: vacant 1 | live 1 | vacant 1 | live 1 | vacant 1 | live 1 | live 1 | vacant 9: one of nine descriptors is free. */
function setup(): Lists {
  const world = newWorld(3);
  createHeap(world.memory, 0, heapUnits * unit, heapUnits * unit);
  const agent = agentIn(world, 0);
  const vacant: number[] = [];
  const live: number[] = [];
  for (let index = 0; index < 7; index++) {
    const isLive = index % 2 === 1 || index === 6;
    const block = allocateBlock(agent, 0, unit, unit, live.length);
    if (!isLive) {
      vacant.push(block);
      continue;
    }
    place(agent, live.length, block);
    commitBlock(agent, block);
    live.push(block);
  }
  for (const block of vacant) freeBlock(agent, block);
  return Object.assign(world, { live });
}

/** Frees the block between the first two vacant ones: both leave the list, from its middle or its end. */
function merger(world: Lists): string {
  const agent = agentIn(world, 0);
  const [first] = world.live;
  assert(first !== undefined);
  retireBlock(agent, first);
  place(agent, 0, -1);
  freeBlock(agent, first);
  return cut(world, agent, 3, 1, 0);
}

/** Takes one unit, looking past blocks that are not aligned; then wants a gap, a block and a rest from one cut. */
function cutter(world: Lists): string {
  const agent = agentIn(world, 1);
  const small = allocateBlock(agent, 0, unit, 8 * unit, 1);
  assert(small >= 0, 'The unit at address 0 needs no cut, or one descriptor.');
  hold(world, agent, small);
  const outcome = cut(world, agent, 2, 8, 1);
  letGo(world, small);
  freeBlock(agent, small);
  return outcome;
}

/** Takes a block and gives it back, if there is room at that alignment and the descriptors suffice. */
function cut(world: Lists, agent: Agent, units: number, align: number, buffer: number): string {
  let block = -1;
  try {
    block = allocateBlock(agent, 0, units * unit, align * unit, buffer);
  } catch (error) {
    assert(FencelineError.is(error, 'ENOSPC'));
    return 'full';
  }
  if (block < 0) return 'no room';
  hold(world, agent, block);
  letGo(world, block);
  freeBlock(agent, block);
  return 'cut';
}

export default scenario({
  setup,
  agents: { merger, cutter },
  always: checkAlways,
  after: checkEnd,
  afterDeath: (world, dead) => bury(world, dead === 'merger' ? 0 : 1),
  describeWord,
  options: { killAgents: true, preemptions: 1 },
});
