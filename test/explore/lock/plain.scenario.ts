/** Two lock one lock without an age, beside a ticket that takes it too: each gets its turn. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openTicket } from '#fenceline/lock/ticket.js';
import { agentIn, describeWordOf, oneTicket, shrink } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 3, buffers: 1 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    return { ...world, one: openTicket(agentIn(world, 0), 'plain'), other: openTicket(agentIn(world, 1), 'plain') };
  },
  agents: {
    first: (world) => takeAll(world, 0, [0], world.one),
    second: (world) => takeAll(world, 1, [0], world.other),
    ticket: (world) => takeAll(world, 2, [0]),
  },
  after: (world, { first, second, ticket }) => {
    assertLocksAtRest(world, undefined);
    assert.equal(countOf(world, 0), 3);
    assert.deepEqual([first.deaths, second.deaths, ticket.deaths], [0, 0, 0]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket, shrink('src/lock/ww-lock.ts', 'handoffAfter', 2)] },
});
