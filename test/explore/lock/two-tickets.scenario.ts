/** Two tickets of one agent wait in its pump for the same lock, beside a third that blocks; another agent holds it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { transact, transactAsync } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, twoTickets } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld } from './locks.ts';

const size = { seated: 2, buffers: 1 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const held = openLockSet(agentIn(world, 1));
    lockStep(agentIn(world, 1), held, lockAt(world, 0));
    return { ...world, held };
  },
  agents: {
    pumped: (world) => [transactAsync(world, 0, [0]), transactAsync(world, 0, [0])],
    holder: (world) => [transact(world, 1, [0], world.held), transact(world, 1, [0])],
  },
  after: (world, { pumped }) => {
    assertLocksAtRest(world, undefined);
    for (const one of pumped) assert(one.isDone, 'Each of the two gets its turn.');
    assert.equal(countOf(world, 0), 4);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [twoTickets] },
});
