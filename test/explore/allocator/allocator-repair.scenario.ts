/**
 * An agent died in the middle of a free that merges on both sides, with claimed descriptors, taken blocks, and every
 * derived word wrong. One agent repairs, another takes memory meanwhile; either may die at any step.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import {
  BLOCK_WORDS,
  HEAP_WORDS,
  K_BIN_NEXT,
  K_BIN_PREVIOUS,
  K_OWNER,
  K_PREVIOUS,
  K_STATE,
  P_CLASSES,
  P_SUMMARY,
  P_USED,
} from '#fenceline/base/layout.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { ALLOC, CLOSING, slotWord } from '#fenceline/cells/slot.js';
import { allocateBlock, commitBlock, createHeap, freeBlock } from '#fenceline/memory/allocator.js';
import { claimBlock } from '#fenceline/memory/block-chain.js';
import { lockHeap } from '#fenceline/memory/heap-lock.js';
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
  markDead,
  newWorld,
  place,
  unit,
} from './heap-world.ts';

const repairerIndex = 0;
const takerIndex = 1;
const deadIndex = 2;

/** Chain: placed 1 | vacant 2 | being freed 2 | half absorbed 3 | placed but not committed 1 | never placed 2 | vacant 5. */
function setup(): HeapWorld {
  const world = newWorld(4);
  createHeap(world.memory, 0, heapUnits * unit, 14 * unit);
  const dead = agentIn(world, deadIndex);
  const placed = take(dead, 1, 0);
  place(dead, 0, placed);
  commitBlock(dead, placed);
  const vacant = take(dead, 2, 1);
  const freed = take(dead, 2, 1);
  const absorbed = take(dead, 3, 1);
  const named = take(dead, 1, 2);
  place(dead, 2, named);
  take(dead, 2, 3);
  freeBlock(dead, vacant);
  lockHeap(dead, dead.layout.heaps);
  claimBlock(dead);
  write(dead, freed, K_OWNER, 0);
  write(dead, freed, K_STATE, slotWord(CLOSING, deadIndex, 0));
  write(dead, absorbed, K_OWNER, 0);
  write(dead, absorbed, K_STATE, slotWord(ALLOC, deadIndex, 0));
  spoil(dead);
  markDead(world, deadIndex);
  return world;
}

function take(agent: Agent, units: number, buffer: number): number {
  return allocateBlock(agent, 0, units * unit, unit, buffer);
}

function write({ words, layout }: Agent, block: number, word: number, value: number): void {
  words[layout.blocks + block * BLOCK_WORDS + word] = value;
}

/** Nothing derived is believed after a death: all of it is nonsense. */
function spoil(agent: Agent): void {
  const { words, layout } = agent;
  for (let block = 0; block < layout.limits.blocks; block++) {
    for (const word of [K_PREVIOUS, K_BIN_NEXT, K_BIN_PREVIOUS]) write(agent, block, word, 77);
  }
  words[layout.heaps + P_USED] = 1_000_000;
  for (let word = P_SUMMARY; word < HEAP_WORDS; word++) words[layout.heaps + word] = -1;
  assert(P_CLASSES > P_SUMMARY, 'The bitmap is spoilt, too.');
}

function repairer(world: HeapWorld): void {
  declareStopped(agentIn(world, repairerIndex), deadIndex, 0);
}

/** Finds room whether it comes before the repair or after it: what was left unfinished is settled by whoever comes. */
function taker(world: HeapWorld): void {
  const agent = agentIn(world, takerIndex);
  const block = take(agent, 7, 1);
  assert(block >= 0, 'Seven units are vacant in one piece, once the unfinished free is finished.');
  hold(world, agent, block);
  letGo(world, block);
  freeBlock(agent, block);
}

export default scenario({
  setup,
  agents: { repairer, taker },
  always: checkAlways,
  after: checkEnd,
  afterDeath: (world, dead) => bury(world, dead === 'repairer' ? repairerIndex : takerIndex),
  describeWord,
  options: { killAgents: true, preemptions: 1 },
});
