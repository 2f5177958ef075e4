/** A held slot that its creator frees and fills again, while two others come with the old handle. Any may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { cas, load, store } from '#fenceline/cells/cell.js';
import { dropHold, finishClosing, type HeldSlot, holdSlot } from '#fenceline/cells/held-slot.js';
import { addAgent } from '#fenceline/cells/interest.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  claimSlot,
  FREE,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
  tryFreeSlot,
} from '#fenceline/cells/slot.js';
import { agentIn, describeWordOf, newWorld, scratchAt, type World } from '../world.ts';

const size = { seated: 4 };
const names = ['creator', 'first', 'second'];

function slotIn(world: World): HeldSlot {
  return { stateAt: scratchAt(world, 0), refsAt: scratchAt(world, 1), overflowAt: scratchAt(world, 2) };
}

/** What the owner of a table does with a slot that was closed: one of those who see it frees it. */
function free(agent: Agent, { stateAt }: HeldSlot): void {
  const word = load(agent.words, stateAt);
  if (stateOf(word) === CLOSED) tryFreeSlot(agent.words, stateAt, word);
}

function drop(agent: Agent, slot: HeldSlot, holder: number): void {
  if (dropHold(agent, slot, holder)) free(agent, slot);
}

function create(world: World): string {
  const agent = agentIn(world, 0);
  const slot = slotIn(world);
  drop(agent, slot, 0);
  if (claimSlot(agent.words, slot.stateAt, 3, 1, 0, 0) < 0) return 'still held';
  store(agent.words, slot.refsAt, 0);
  addAgent(agent.words, slot.refsAt, slot.overflowAt, 0);
  publishSlot(agent.words, slot.stateAt, nobody);
  assert.equal(stateOf(load(agent.words, slot.stateAt)), LIVE, 'What is held is not closed.');
  drop(agent, slot, 0);
  return 'reused';
}

function open(world: World, index: number): string {
  const agent = agentIn(world, index);
  const slot = slotIn(world);
  if (!holdSlot(agent, slot, 0)) {
    free(agent, slot);
    return 'gone';
  }
  const word = load(agent.words, slot.stateAt);
  assert(generationOf(word) === 0 && stateOf(word) <= CLOSING, 'What is held stays.');
  drop(agent, slot, index);
  return 'held';
}

function repair(world: World, dead: number): void {
  const agent = agentIn(world, 3);
  const slot = slotIn(world);
  const word = load(agent.words, slot.stateAt);
  if (stateOf(word) === ALLOC && ownerOf(word) === dead) tryFreeSlot(agent.words, slot.stateAt, word);
  if (stateOf(word) === CLOSING && ownerOf(word) === dead) finishClosing(agent, slot);
  if (stateOf(word) !== FREE) dropHold(agent, slot, dead);
  free(agent, slot);
}

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const slot = slotIn(world);
    assert(cas(world.memory.words, slot.stateAt, 0, slotWord(LIVE, nobody, 0)));
    addAgent(world.memory.words, slot.refsAt, slot.overflowAt, 0);
    return world;
  },
  agents: {
    creator: create,
    first: (world) => open(world, 1),
    second: (world) => open(world, 2),
  },
  afterDeath: (world, dead) => repair(world, names.indexOf(dead)),
  after: (world) => {
    const word = world.memory.words[slotIn(world).stateAt] ?? 0;
    assert.equal(stateOf(word), FREE, 'Nobody holds it, and so it is free.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2 },
});
