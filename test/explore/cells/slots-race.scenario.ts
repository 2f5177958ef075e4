/**
 * Two agents each want one of two slots, and both begin their search at the same one: each gets one, and whichever is the
 * higher, looks at the table end behind it.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';
import { claimSlot, raiseTop } from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld, type World } from '../world.ts';
import { slotAt, slotCount } from './slots.ts';

const size = { seated: 2 };

function topAt(world: World): number {
  return slotAt(world, slotCount);
}

function claim(world: World, index: number, from: number): number {
  const { words } = world.memory;
  const slot = claimSlot(words, slotAt(world, 0), slotAt(world, 1) - slotAt(world, 0), slotCount, from, index);
  raiseTop(words, topAt(world), slot + 1);
  return slot;
}

export default scenario({
  setup: () => newWorld(size),
  agents: {
    first: (world) => claim(world, 0, 1),
    second: (world) => claim(world, 1, 1),
  },
  after: (world, { first, second }) => {
    assert.deepEqual([first, second].sort(), [0, 1], 'Each gets a slot of its own.');
    assert.equal(load(world.memory.words, topAt(world)), slotCount, 'No slot in use is above the top.');
  },
  describeWord: describeWordOf(size),
});
