/**
 * Wound-wait: a lock goes from one younger ticket to the next while an older one that holds another lock waits for it,
 * and the ring goes to a third, which holds nothing. Nobody but the new holder can see that it has to give way.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openTicket } from '#fenceline/lock/ticket.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size, 'wound-wait');
    const first = openTicket(agentIn(world, 0), 'wound-wait');
    return { ...world, first, second: openTicket(agentIn(world, 1), 'wound-wait') };
  },
  agents: {
    younger: (world) => [takeAll(world, 2, [1]), takeAll(world, 2, [1, 0])],
    first: (world) => takeAll(world, 0, [1], world.first),
    second: (world) => takeAll(world, 1, [0, 1], world.second),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 4]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
