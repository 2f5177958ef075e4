/** Two agents each want one of two slots, and both begin their search at the same one: each gets one. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { claimSlot } from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld, type World } from '../world.ts';
import { slotAt, slotCount } from './slots.ts';

const size = { seated: 2 };

function claim(world: World, index: number, from: number): number {
  return claimSlot(world.memory.words, slotAt(world, 0), slotAt(world, 1) - slotAt(world, 0), slotCount, from, index);
}

export default scenario({
  setup: () => newWorld(size),
  agents: {
    first: (world) => claim(world, 0, 1),
    second: (world) => claim(world, 1, 1),
  },
  after: (_world, { first, second }) =>
    assert.deepEqual([first, second].sort(), [0, 1], 'Each gets a slot of its own.'),
  describeWord: describeWordOf(size),
});
