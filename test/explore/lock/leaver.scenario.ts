/** A ticket that gives up at its deadline must pass on the ring that may have been meant for it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { now } from '#fenceline/cells/clock.js';
import { acquireSync, isSelfDeadlock } from '#fenceline/lock/lock-wait.js';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { transactAsync } from '../reservation/lock-sets.ts';
import { agentIn, describeWordOf, lockAt, twoTickets } from '../world.ts';
import { addOne, assertLocksAtRest, countOf, type LockWorld, newLockWorld } from './locks.ts';

const size = { seated: 3, buffers: 1 };

function leave(world: LockWorld): string {
  const agent = agentIn(world, 1);
  const ticket = openTicket(agent);
  const at = lockAt(world, 0);
  assert(!isSelfDeadlock(agent, at, ticket), 'Another agent holds the lock, if anybody.');
  const outcome = acquireSync(agent, at, ticket, now() + 5);
  if (outcome === 'acquired') {
    assert(isSelfDeadlock(agent, at, openTicket(agent)), 'This agent would wait for itself.');
    addOne(world, 0);
    releaseLock(agent, at, ticket);
  }
  assert.equal(ticket.waitingAt, 0, 'Nothing is left behind.');
  closeTicket(agent, ticket);
  return outcome;
}

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
    leaver: leave,
    // In its event loop: the slices of a sleep would hide a lost ring once time-outs may pass.
    waiter: (world) => transactAsync(world, 2, [0]),
  },
  after: (world, { leaver, waiter }) => {
    assert(waiter.isDone, 'The ring came to the one who still waits.');
    assertLocksAtRest(world, undefined);
    assert.equal(countOf(world, 0), leaver === 'acquired' ? 3 : 2);
  },
  describeWord: describeWordOf(size),
  options: { timeouts: 'explored', preemptions: 1, patches: [twoTickets] },
});
