/** Slots whose generations are used up: they are retired, not reused. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { FREE, RETIRED } from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld, shrink } from '../world.ts';
import { reapSlots, statesOf, useSlots } from './slots.ts';

const size = { seated: 3 };

export default scenario({
  setup: () => newWorld(size),
  agents: {
    first: (world) => useSlots(world, 0, 3),
    second: (world) => useSlots(world, 1, 3),
  },
  afterDeath: (world, dead) => reapSlots(world, dead === 'first' ? 0 : 1),
  after: (world, { first, second }) => {
    let uses = 0;
    for (const [state, generation] of statesOf(world)) {
      assert(state === FREE || state === RETIRED, 'No slot is lost.');
      assert(state === FREE || generation === 1, 'Only the last generation is retired.');
      uses += generation + (state === RETIRED ? 1 : 0);
    }
    if (first !== undefined && second !== undefined) assert.equal(uses, first + second, 'No generation is used twice.');
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    patches: [shrink('src/cells/slot.ts', 'generationMax', 1)],
  },
});
