/** A lock set in an event loop against one that blocks, in opposite orders; one agent may die at any step. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { assertLocksAtRest, buryHolder, countOf, newLockWorld } from '../lock/locks.ts';
import { describeWordOf, oneTicket } from '../world.ts';
import { transact, transactAsync } from './lock-sets.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    pumped: (world) => transactAsync(world, 0, [0, 1]),
    blocking: (world) => transact(world, 1, [1, 0]),
  },
  afterDeath: (world, dead) => buryHolder(world, dead === 'pumped' ? 0 : 1),
  after: (world, { pumped, blocking }) => {
    const dead = pumped === undefined ? 0 : blocking === undefined ? 1 : undefined;
    assertLocksAtRest(world, dead);
    if (dead !== 0) assert(pumped.isDone, 'The set in the event loop came to its end.');
    if (dead === undefined) assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 2]);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
