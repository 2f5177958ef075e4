/** A held slot that its creator frees and fills again, while two others come with the old handle. Any may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { S_REFS, S_REFS_OVERFLOW, S_STATE } from '#fenceline/base/layout.js';
import { cas, load, store } from '#fenceline/cells/cell.js';
import { dropHold, freeClosed, holdSlot, repairHold } from '#fenceline/cells/held-slot.js';
import { addAgent } from '#fenceline/cells/interest.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  CLOSING,
  claimSlot,
  FREE,
  generationOf,
  LIVE,
  nobody,
  publishSlot,
  slotWord,
  stateOf,
} from '#fenceline/cells/slot.js';
import { agentIn, describeWordOf, newWorld, scratchAt, type World } from '../world.ts';

const size = { seated: 4 };
const names = ['creator', 'first', 'second'];

function slotIn(world: World): number {
  return scratchAt(world, 0);
}

function drop(agent: Agent, slot: number, holder: number): void {
  if (dropHold(agent, slot, holder)) freeClosed(agent, slot);
}

function create(world: World): string {
  const agent = agentIn(world, 0);
  const slot = slotIn(world);
  drop(agent, slot, 0);
  if (claimSlot(agent.words, slot, 3, 1, 0, 0) < 0) return 'still held';
  store(agent.words, slot + S_REFS, 0);
  addAgent(agent.words, slot + S_REFS, slot + S_REFS_OVERFLOW, 0);
  publishSlot(agent.words, slot + S_STATE, nobody);
  assert.equal(stateOf(load(agent.words, slot + S_STATE)), LIVE, 'What is held is not closed.');
  drop(agent, slot, 0);
  return 'reused';
}

function open(world: World, index: number): string {
  const agent = agentIn(world, index);
  const slot = slotIn(world);
  if (!holdSlot(agent, slot, 0)) {
    freeClosed(agent, slot);
    return 'gone';
  }
  const word = load(agent.words, slot + S_STATE);
  assert(generationOf(word) === 0 && stateOf(word) <= CLOSING, 'What is held stays.');
  drop(agent, slot, index);
  return 'held';
}

function repair(world: World, dead: number): void {
  const agent = agentIn(world, 3);
  repairHold(agent, slotIn(world), dead);
  freeClosed(agent, slotIn(world));
}

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const slot = slotIn(world);
    assert(cas(world.memory.words, slot + S_STATE, 0, slotWord(LIVE, nobody, 0)));
    addAgent(world.memory.words, slot + S_REFS, slot + S_REFS_OVERFLOW, 0);
    return world;
  },
  agents: {
    creator: create,
    first: (world) => open(world, 1),
    second: (world) => open(world, 2),
  },
  afterDeath: (world, dead) => repair(world, names.indexOf(dead)),
  after: (world) => {
    const word = world.memory.words[slotIn(world) + S_STATE] ?? 0;
    assert.equal(stateOf(word), FREE, 'Nobody holds it, and so it is free.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2 },
});
