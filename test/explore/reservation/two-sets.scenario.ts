/** Two lock sets over two locks in opposite orders; one agent may die at any step. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { assertLocksAtRest, buryHolder, countOf, newLockWorld } from '../lock/locks.ts';
import { describeWordOf, oneTicket } from '../world.ts';
import { transact } from './lock-sets.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    up: (world) => transact(world, 0, [0, 1]),
    down: (world) => transact(world, 1, [1, 0]),
  },
  afterDeath: (world, dead) => buryHolder(world, dead === 'up' ? 0 : 1),
  after: (world, { up, down }) => {
    const dead = up === undefined ? 0 : down === undefined ? 1 : undefined;
    assertLocksAtRest(world, dead);
    if (dead === undefined) assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 2]);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
