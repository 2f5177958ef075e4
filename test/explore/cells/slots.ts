/** A table of two slots of two words, in the scenario's scratch words: the state word, and what is written into the slot. */

import assert from 'node:assert/strict';
import { load, store } from '#fenceline/cells/cell.js';
import {
  ALLOC,
  claimSlot,
  freeSlot,
  generationOf,
  LIVE,
  ownerOf,
  publishSlot,
  stateOf,
  tryFreeSlot,
} from '#fenceline/cells/slot.js';
import { agentIn, scratchAt, type World } from '../world.ts';

export const slotCount = 2;
const slotWords = 2;

export function slotAt(world: World, slot: number): number {
  return scratchAt(world, slot * slotWords);
}

/** Claims `rounds` slots one after the other, writes into each what nobody else writes, publishes and frees it. Outcomes: how many it got. */
export function useSlots(world: World, index: number, rounds: number): number {
  const { words } = world.memory;
  let got = 0;
  for (let round = 0; round < rounds; round++) {
    const slot = claimSlot(words, slotAt(world, 0), slotWords, slotCount, round % slotCount, index);
    if (slot < 0) continue;
    got++;
    const at = slotAt(world, slot);
    const mark = index * 16 + round + 1;
    store(words, at + 1, mark);
    publishSlot(words, at, index);
    assert.equal(load(words, at + 1), mark, `Slot ${slot} belongs to agent ${index} alone.`);
    freeSlot(words, at);
  }
  return got;
}

/** Reads a live slot as the user of a handle does: what was read counts only if the state word still stands. */
export function readSlot(world: World): string {
  const { words } = world.memory;
  const at = slotAt(world, 0);
  const word = load(words, at);
  if (stateOf(word) !== LIVE) return 'not live';
  const first = load(words, at + 1);
  const second = load(words, at + 1);
  if (load(words, at) !== word) return 'stale';
  assert.equal(first, second, 'Under one generation a slot has one content.');
  assert.equal(first >> 4, ownerOf(word), 'It was written by the owner that the state word names.');
  return 'live';
}

/** Frees what a stopped agent had claimed, whether published or not. */
export function reapSlots(world: World, dead: number): void {
  const { words } = agentIn(world, world.agents.length - 1);
  for (let slot = 0; slot < slotCount; slot++) {
    const at = slotAt(world, slot);
    const word = load(words, at);
    const state = stateOf(word);
    if ((state === ALLOC || state === LIVE) && ownerOf(word) === dead) assert(tryFreeSlot(words, at, word));
  }
}

/** State words at the end, as state and generation. */
export function statesOf(world: World): readonly (readonly [state: number, generation: number])[] {
  const found: [number, number][] = [];
  for (let slot = 0; slot < slotCount; slot++) {
    const word = world.memory.words[slotAt(world, slot)] ?? 0;
    found.push([stateOf(word), generationOf(word)]);
  }
  return found;
}
