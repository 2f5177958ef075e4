/** Wound-wait: a wounded ticket that gives back one of two locks still has to give way for the other. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockStep, openLockSet, releaseSince } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld } from './locks.ts';

const size = { seated: 2, buffers: 3 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const older = openLockSet(agentIn(world, 0), 'wound-wait');
    const younger = openLockSet(agentIn(world, 1), 'wound-wait');
    lockStep(agentIn(world, 0), older, lockAt(world, 2));
    lockStep(agentIn(world, 1), younger, lockAt(world, 0));
    lockStep(agentIn(world, 1), younger, lockAt(world, 1));
    return { ...world, older, younger };
  },
  agents: {
    older: (world) => transact(world, 0, [2, 0], world.older),
    younger: (world) => {
      releaseSince(agentIn(world, 1), world.younger, 1);
      return transact(world, 1, [0, 2], world.younger);
    },
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1), countOf(world, 2)], [2, 0, 2]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
