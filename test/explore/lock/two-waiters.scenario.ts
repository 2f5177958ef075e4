/** Two agents come to a lock that is held from the start, and both get it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { addOne, assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 3, buffers: 1 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const held = openTicket(agentIn(world, 0));
    assert.equal(acquireStep(agentIn(world, 0), lockAt(world, 0), held), 'acquired');
    return { ...world, held };
  },
  agents: {
    holder: (world) => {
      addOne(world, 0);
      releaseLock(agentIn(world, 0), lockAt(world, 0), world.held);
      closeTicket(agentIn(world, 0), world.held);
    },
    first: (world) => takeAll(world, 1, [0]),
    second: (world) => takeAll(world, 2, [0]),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.equal(countOf(world, 0), 3);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
