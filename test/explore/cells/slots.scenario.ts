/** Two agents claim and free the same two slots, a third reads one of them; one may die at any step. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { FREE } from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld } from '../world.ts';
import { readSlot, reapSlots, statesOf, useSlots } from './slots.ts';

const size = { seated: 4 };
const names = ['first', 'second', 'reader'];

export default scenario({
  setup: () => newWorld(size),
  agents: {
    first: (world) => useSlots(world, 0, 2),
    second: (world) => useSlots(world, 1, 2),
    reader: (world) => readSlot(world),
  },
  afterDeath: (world, dead) => reapSlots(world, names.indexOf(dead)),
  after: (world, { first, second }) => {
    const states = statesOf(world);
    for (const [state] of states) assert.equal(state, FREE, 'No slot is lost.');
    const uses = states.reduce((sum, [, generation]) => sum + generation, 0);
    if (first !== undefined && second !== undefined) assert.equal(uses, first + second, 'Each use is one generation.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2 },
});
