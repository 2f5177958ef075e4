/**
 * An unlock takes the mark away, for it found no waiter, while the lock went through other hands: whoever takes it then
 * sees no mark, and tells nobody. Who must give way for that one is told by whoever puts the mark back.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { ring } from '#fenceline/cells/doorbell.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { openTicket, type Ticket } from '#fenceline/lock/ticket.js';
import { type Acquisition, acquireStep, askToBeRung, holderOf, releaseLock } from '#fenceline/lock/ww-lock.js';
import { agentIn, describeWordOf, lockAt, scratchAt, tickets, type World } from '../world.ts';
import { newLockWorld } from './locks.ts';

const size = { seated: 4, buffers: 2 };

/** Goes to sleep until another agent has said that it is this one's turn. */
function hear(world: World, index: number): void {
  const at = scratchAt(world, index);
  sleepUntil(agentIn(world, index), () => load(world.memory.words, at) === 1, Number.POSITIVE_INFINITY);
}

function say(world: World, index: number, to: number): void {
  store(world.memory.words, scratchAt(world, to), 1);
  ring(agentIn(world, index), to, -1);
}

function take(world: World, index: number, lock: number, ticket: Ticket): Acquisition {
  let outcome: Acquisition = 'blocked';
  const look = (): boolean => {
    outcome = acquireStep(agentIn(world, index), lockAt(world, lock), ticket);
    return outcome !== 'blocked';
  };
  sleepUntil(agentIn(world, index), look, Number.POSITIVE_INFINITY);
  return outcome;
}

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    const oldest = openTicket(agentIn(world, 2));
    const first = openTicket(agentIn(world, 2));
    const sleeper = openTicket(agentIn(world, 3));
    const between = openTicket(agentIn(world, 1));
    const held = openTicket(agentIn(world, 0));
    acquireStep(agentIn(world, 0), lockAt(world, 0), held);
    acquireStep(agentIn(world, 3), lockAt(world, 1), sleeper);
    assert(askToBeRung(agentIn(world, 0), lockAt(world, 0)));
    return { ...world, oldest, first, sleeper, between, held };
  },
  agents: {
    unlocker: (world) => releaseLock(agentIn(world, 0), lockAt(world, 0), world.held),
    between: (world) => {
      take(world, 1, 0, world.between);
      say(world, 1, 3);
      hear(world, 1);
      releaseLock(agentIn(world, 1), lockAt(world, 0), world.between);
    },
    sleeper: (world) => {
      const agent = agentIn(world, 3);
      hear(world, 3);
      assert.equal(acquireStep(agent, lockAt(world, 0), world.sleeper), 'blocked');
      say(world, 3, 2);
      const outcome = take(world, 3, 0, world.sleeper);
      if (outcome === 'acquired') releaseLock(agent, lockAt(world, 0), world.sleeper);
      releaseLock(agent, lockAt(world, 1), world.sleeper);
      return outcome;
    },
    // Gives nothing back: nobody waits for it any more, but for its own second ticket.
    oldest: (world) => {
      hear(world, 2);
      assert.equal(acquireStep(agentIn(world, 2), lockAt(world, 0), world.first), 'blocked');
      say(world, 2, 1);
      assert.equal(take(world, 2, 0, world.oldest), 'acquired');
      assert.equal(take(world, 2, 1, world.oldest), 'acquired', 'The oldest never gives way.');
    },
  },
  after: (world) => {
    for (let lock = 0; lock < 2; lock++) assert.equal(holderOf(world.memory, lockAt(world, lock)), world.oldest.id);
  },
  describeWord: describeWordOf(size),
  options: {
    preemptions: 2,
    // Two tickets an agent, and none for admitting.
    patches: [tickets(2, 2)],
  },
});
