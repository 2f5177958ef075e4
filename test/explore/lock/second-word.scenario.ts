/** The younger of two tickets has a stamp that needs a second word: it is younger all the same. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openTicket } from '#fenceline/lock/ticket.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 2, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    world.memory.stamps[0] = 2n ** 32n - 2n;
    return { ...world, older: openTicket(agentIn(world, 0)), younger: openTicket(agentIn(world, 1)) };
  },
  agents: {
    older: (world) => takeAll(world, 0, [0, 1], world.older).deaths,
    younger: (world) => takeAll(world, 1, [1, 0], world.younger).deaths,
  },
  after: (world, { older, younger }) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [2, 2]);
    assert(older === 0 && younger <= 1, 'The older one never gives way, the younger one once at most.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
