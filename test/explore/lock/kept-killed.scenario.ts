/** A held lock is kept for a patient waiter, and somebody dies: the waiter, its holder, or who comes later. The others come through. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { agentIn, describeWordOf, lockAt, oneTicket, shrink } from '../world.ts';
import { assertLocksAtRest, buryHolder, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 4, buffers: 1 };
const names = ['holder', 'patient', 'later'];

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const held = openTicket(agentIn(world, 0));
    assert.equal(acquireStep(agentIn(world, 0), lockAt(world, 0), held), 'acquired');
    return { ...world, held };
  },
  agents: {
    // The patient one first: it finds the lock held, and loses.
    patient: (world) => takeAll(world, 1, [0]),
    holder: (world) => {
      releaseLock(agentIn(world, 0), lockAt(world, 0), world.held);
      closeTicket(agentIn(world, 0), world.held);
      return true;
    },
    later: (world) => takeAll(world, 2, [0]),
  },
  afterDeath: (world, dead) => buryHolder(world, names.indexOf(dead)),
  after: (world, { holder, patient, later }) => {
    const dead = [holder, patient, later].findIndex((one: unknown) => one === undefined);
    assertLocksAtRest(world, dead < 0 ? undefined : dead);
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 0,
    patches: [oneTicket, shrink('src/lock/ww-lock.ts', 'handoffAfter', 1)],
  },
});
