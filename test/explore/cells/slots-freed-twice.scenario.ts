/** Two agents believe that the slot of a dead one is theirs to free, while a third claims it, uses it and keeps it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';
import {
  ALLOC,
  claimSlot,
  generationOf,
  LIVE,
  ownerOf,
  publishSlot,
  slotWord,
  stateOf,
  tryFreeSlot,
} from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld, type World } from '../world.ts';
import { slotAt } from './slots.ts';

const size = { seated: 3 };
const dead = 7;

function reap(world: World): boolean {
  const at = slotAt(world, 0);
  const word = load(world.memory.words, at);
  return stateOf(word) === ALLOC && ownerOf(word) === dead && tryFreeSlot(world.memory.words, at, word);
}

export default scenario({
  setup: () => {
    const world = newWorld(size);
    world.memory.words[slotAt(world, 0)] = slotWord(ALLOC, dead, 4);
    return world;
  },
  agents: {
    first: reap,
    second: reap,
    claimer: (world) => {
      const { words } = world.memory;
      const at = slotAt(world, 0);
      if (claimSlot(words, at, 2, 1, 0, 2) < 0) return 'none';
      publishSlot(words, at, 2);
      return 'claimed';
    },
  },
  after: (world, { first, second, claimer }) => {
    assert(first !== second, 'One of the two frees it.');
    const word = world.memory.words[slotAt(world, 0)] ?? 0;
    assert.equal(generationOf(word), 5);
    assert.equal(
      stateOf(word) === LIVE && ownerOf(word) === 2,
      claimer === 'claimed',
      'What is claimed stays claimed.',
    );
  },
  describeWord: describeWordOf(size),
});
