/**
 * An agent that lives loses a section: a throw unwinds it before any step of the allocator, and no `finally` runs. Its
 * death in the exploration stands for that; what follows is its own next calls. Another agent goes on meanwhile.
 */
import { scenario } from 'fenceline/check';
import { BLOCK_WORDS, K_STATE } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { ALLOC, ownerOf, stateOf } from '#fenceline/cells/slot.js';
import { allocateBlock, commitBlock, createHeap, freeBlock, retireBlock } from '#fenceline/memory/allocator.js';
import { repairHeaps } from '#fenceline/memory/block-repair.js';
import type { HeapWorld } from './heap-world.ts';
import {
  agentIn,
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

const unwoundIndex = 0;

interface Unwound extends HeapWorld {
  /** What `allocateBlock` returned to the agent that is unwound: all that its caller can give back. */
  readonly handed: number[];
}

function setup(): Unwound {
  const world = newWorld(3);
  createHeap(world.memory, 0, heapUnits * unit, heapUnits * unit);
  return Object.assign(world, { handed: [] });
}

/** Takes, cuts, places, merges and frees: enough to be interrupted anywhere. */
function unwound(world: Unwound): void {
  const agent = agentIn(world, unwoundIndex);
  const old = take(agent, 3, 1, 0);
  world.handed.push(old);
  place(agent, 0, old);
  commitBlock(agent, old);
  const draft = take(agent, 2, 4, 0);
  world.handed.push(draft);
  retireBlock(agent, old);
  place(agent, 0, draft);
  commitBlock(agent, draft);
  freeBlock(agent, old);
}

function other(world: HeapWorld): void {
  const agent = agentIn(world, 1);
  const block = take(agent, 4, 1, 1);
  if (block < 0) return;
  hold(world, agent, block);
  letGo(world, block);
  freeBlock(agent, block);
}

/** The same agent again: a call that takes the heap over from its own name, the repair, and what its caller gives up. */
function goOn(world: Unwound): void {
  const agent = agentIn(world, unwoundIndex);
  const block = take(agent, 1, 1, 2);
  if (block >= 0) freeBlock(agent, block);
  repairHeaps(agent, unwoundIndex);
  for (const handed of world.handed) {
    const word = load(agent.words, agent.layout.blocks + handed * BLOCK_WORDS + K_STATE);
    if (stateOf(word) === ALLOC && ownerOf(word) === unwoundIndex) freeBlock(agent, handed);
  }
}

function take(agent: Agent, units: number, align: number, buffer: number): number {
  return allocateBlock(agent, 0, units * unit, align * unit, buffer);
}

export default scenario({
  setup,
  agents: { unwound, other },
  always: checkAlways,
  after: checkEnd,
  afterDeath: goOn,
  describeWord,
  options: { killAgents: ['unwound'], preemptions: 1 },
});
