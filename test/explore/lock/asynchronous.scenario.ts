/** A ticket that waits in the pump of an agent in its event loop, beside two that block. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { closeTicket, openTicket, type Ticket } from '#fenceline/lock/ticket.js';
import { type Acquisition, acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import {
  addOne,
  assertLocksAtRest,
  buryHolder,
  countOf,
  type LockWorld,
  newLockWorld,
  noteSuspect,
  takeAll,
} from './locks.ts';

const size = { seated: 3, buffers: 1 };

interface Asynchronous {
  outcome: Acquisition;
}

function waitInPump(world: LockWorld): Asynchronous {
  const agent = agentIn(world, 0);
  const ticket = openTicket(agent);
  const result: Asynchronous = { outcome: acquireStep(agent, lockAt(world, 0), ticket) };
  if (result.outcome !== 'blocked') {
    finish(world, ticket, result);
    return result;
  }
  addWaiter(agent, {
    hint: -1,
    order: nextWaiterOrder(),
    poll: () => {
      result.outcome = acquireStep(agent, lockAt(world, 0), ticket);
      return result.outcome !== 'blocked';
    },
    run: () => finish(world, ticket, result),
  });
  return result;
}

function finish(world: LockWorld, ticket: Ticket, { outcome }: Asynchronous): void {
  const agent = agentIn(world, 0);
  noteSuspect(world, agent, 0, outcome);
  addOne(world, 0);
  releaseLock(agent, lockAt(world, 0), ticket);
  closeTicket(agent, ticket);
}

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    pumped: waitInPump,
    blocked: (world) => takeAll(world, 1, [0]).deaths,
  },
  afterDeath: (world, dead) => buryHolder(world, dead === 'pumped' ? 0 : 1),
  after: (world, { pumped, blocked }) => {
    const dead = pumped === undefined ? 0 : blocked === undefined ? 1 : undefined;
    assertLocksAtRest(world, dead);
    if (dead !== 0) assert.notEqual(pumped.outcome, 'blocked', 'The waiter in the pump got the lock.');
    if (dead === undefined) assert.equal(countOf(world, 0), 2);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
