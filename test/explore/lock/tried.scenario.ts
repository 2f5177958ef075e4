/**
 * A lock goes, by a trylock, from a younger to an older holder while a ticket that holds another lock sleeps for it, and the
 * ring goes to a third: whoever took it by trying tells the sleeper, too.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { closeLockSet, lockStep, openLockSet, tryLock } from '#fenceline/reservation/lock-set.js';
import { transact } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { addOne, assertLocksAtRest, countOf, newLockWorld } from './locks.ts';

const size = { seated: 4, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const sets = [
      openLockSet(agentIn(world, 0)),
      openLockSet(agentIn(world, 1)),
      openLockSet(agentIn(world, 2)),
      openLockSet(agentIn(world, 3)),
    ] as const;
    lockStep(agentIn(world, 3), sets[3], lockAt(world, 1));
    lockStep(agentIn(world, 2), sets[2], lockAt(world, 0));
    lockStep(agentIn(world, 2), sets[2], lockAt(world, 1));
    lockStep(agentIn(world, 1), sets[1], lockAt(world, 1));
    return { ...world, sets };
  },
  agents: {
    oldest: (world) => {
      const agent = agentIn(world, 0);
      const [set] = world.sets;
      if (tryLock(agent, set, lockAt(world, 1)) === 'acquired') return transact(world, 0, [1, 0], set);
      closeLockSet(agent, set);
      return undefined;
    },
    first: (world) => transact(world, 1, [1], world.sets[1]),
    sleeper: (world) => transact(world, 2, [0, 1], world.sets[2]),
    holder: (world) => {
      addOne(world, 1);
      closeLockSet(agentIn(world, 3), world.sets[3]);
    },
  },
  after: (world, { oldest }) => {
    assertLocksAtRest(world, undefined);
    const tried = oldest === undefined ? 0 : 1;
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [1 + tried, 3 + tried]);
    if (tried === 1) assert.equal(oldest, 0, 'The oldest never gives way.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: [oneTicket] },
});
