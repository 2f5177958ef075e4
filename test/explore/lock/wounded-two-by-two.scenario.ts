/** Wound-wait: two tickets take two locks in opposite orders; few enough steps to run every schedule. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { openTicket } from '#fenceline/lock/ticket.js';
import { agentIn, describeWordOf, onlyTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 2, buffers: 2 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size, 'wound-wait');
    const open = (index: number) => openTicket(agentIn(world, index), 'wound-wait');
    return { ...world, older: open(0), younger: open(1) };
  },
  agents: {
    older: (world) => takeAll(world, 0, [0, 1], world.older, [0]),
    younger: (world) => takeAll(world, 1, [1, 0], world.younger, [0]),
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.equal(countOf(world, 0), 2);
  },
  describeWord: describeWordOf(size),
  options: { patches: onlyTicket },
});
