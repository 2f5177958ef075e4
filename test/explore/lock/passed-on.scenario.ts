/** A lock passes from a younger to an older holder while a ticket that holds another lock sleeps for it: that one must die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld } from './locks.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const sets = [
      openLockSet(agentIn(world, 0)),
      openLockSet(agentIn(world, 1)),
      openLockSet(agentIn(world, 2)),
    ] as const;
    lockStep(agentIn(world, 1), sets[1], lockAt(world, 0));
    lockStep(agentIn(world, 2), sets[2], lockAt(world, 1));
    return { ...world, sets };
  },
  agents: {
    older: (world) => transact(world, 0, [1, 0], world.sets[0]),
    middle: (world) => transact(world, 1, [0, 1], world.sets[1]),
    younger: (world) => transact(world, 2, [1], world.sets[2]),
  },
  after: (world, { older }) => {
    assertLocksAtRest(world, undefined);
    assert.equal(older, 0, 'The oldest never dies.');
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 3]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
