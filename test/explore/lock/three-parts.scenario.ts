/** Three agents learn edges of two cycles, two of them in one word of the matrix: all edges stay, the shorter cycle is reported. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { edgesOf } from '#fenceline/lock/lock-graph.js';
import { describeWordOf, oneTicket } from '../world.ts';
import { cyclesOf, learn, newValidatedWorld } from './validated.ts';

const size = { seated: 3, buffers: 3 };
/** Documented: three. */
const edges = 3 + 4;

export default scenario({
  setup: () => newValidatedWorld(size),
  agents: {
    one: (world) => learn(world, 0, 0, 1) >= 0,
    two: (world) => learn(world, 1, 0, 2) >= 0 && learn(world, 1, 1, 2) >= 0,
    three: (world) => learn(world, 2, 2, 0) >= 0,
  },
  after: (world) => {
    assert.equal(edgesOf(world.memory).length, edges, 'What anybody learnt is known.');
    const cycles = cyclesOf(world);
    assert(
      cycles.some((cycle) => [...new Set(cycle)].sort().join('') === 'AC'),
      'The shorter cycle is reported.',
    );
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
