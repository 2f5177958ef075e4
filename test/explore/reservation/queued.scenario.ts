/** An admission only tries: it asks to be rung, and must be when what it lacked comes free. Any agent may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from '#fenceline/base/layout.js';
import { addAgent } from '#fenceline/cells/interest.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { askToBeRung, clearSuspect, holderOf } from '#fenceline/lock/ww-lock.js';
import {
  closeLockSet,
  type LockSet,
  lockStep,
  openAdmissionSet,
  openLockSet,
  releaseAll,
  releaseSince,
  tryLock,
} from '#fenceline/reservation/lock-set.js';
import {
  addOne,
  assertLocksAtRest,
  buryHolder,
  countOf,
  type LockWorld,
  newLockWorld,
  noteFound,
} from '../lock/locks.ts';
import { agentIn, describeWordOf, lockAt, oneTicket } from '../world.ts';
import { lockSync } from './lock-sets.ts';

const size = { seated: 3, buffers: 2 };

/** Takes both locks, gives the second back early, and the first later; a lock asked for twice is held once. */
function transaction(world: LockWorld): string {
  const agent = agentIn(world, 0);
  const set = openLockSet(agent);
  const [first, second] = [lockAt(world, 0), lockAt(world, 1)];
  lockSync(agent, set, first);
  assert.equal(lockStep(agent, set, first), 'already');
  assert.notEqual(lockSync(agent, set, second), 'die', 'An admission is younger than any other.');
  assert.deepEqual(set.held, [first, second]);
  clearSuspects(world, agent, set);
  releaseSince(agent, set, 1);
  assert.equal(holderOf(agent, first), set.ticket.id, 'What was taken before the mark is kept.');
  addOne(world, 0);
  closeLockSet(agent, set);
  return 'done';
}

function clearSuspects(world: LockWorld, agent: Agent, set: LockSet): void {
  for (const at of set.suspects) {
    clearSuspect(agent, at);
    noteFound(world, at === lockAt(world, 0) ? 0 : 1);
  }
}

/** Tries both locks until it has them, woken each time that something may have come free. */
function admission(world: LockWorld): number {
  const agent = agentIn(world, 1);
  const set = openAdmissionSet(agent);
  let tries = 0;
  sleepUntil(
    agent,
    () => {
      tries++;
      addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
      return tryBoth(world);
    },
    Number.POSITIVE_INFINITY,
  );
  return tries;

  function tryBoth(one: LockWorld): boolean {
    for (const lock of [0, 1]) {
      const at = lockAt(one, lock);
      let outcome = tryLock(agent, set, at);
      if (outcome === 'blocked' && !askToBeRung(agent, at)) outcome = tryLock(agent, set, at);
      if (outcome === 'blocked') {
        releaseAll(agent, set);
        return false;
      }
    }
    clearSuspects(one, agent, set);
    addOne(one, 0);
    releaseAll(agent, set);
    return true;
  }
}

export default scenario({
  setup: () => newLockWorld(size),
  agents: { transaction, admission },
  afterDeath: (world, dead) => buryHolder(world, dead === 'transaction' ? 0 : 1),
  after: (world, { transaction: end, admission: tries }) => {
    assertLocksAtRest(world, end === undefined ? 0 : tries === undefined ? 1 : undefined);
    if (end === 'done' && tries !== undefined) assert.equal(countOf(world, 0), 2);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
