/** Two agents learn the two halves of an inversion; if one dies, another does what it was about to do: somebody says so. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf, oneTicket } from '../world.ts';
import { cyclesOf, learn, newValidatedWorld } from './validated.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => newValidatedWorld(size),
  agents: {
    up: (world) => learn(world, 0, 0, 1) >= 0,
    down: (world) => learn(world, 1, 1, 0) >= 0,
  },
  afterDeath: (world, dead) => learn(world, 2, dead === 'up' ? 0 : 1, dead === 'up' ? 1 : 0) >= 0,
  after: (world) => {
    const cycles = cyclesOf(world);
    assert(cycles.length > 0, 'At least one of those who learnt a half reports the inversion.');
    for (const cycle of cycles) assert(cycle === 'ABA' || cycle === 'BAB', `The cycle is ${cycle}.`);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
