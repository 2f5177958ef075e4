/** What the scenarios of lock sets share: a transaction over several locks, by blocking or from the event loop. */
import assert from 'node:assert/strict';
import { L_WORD } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { Acquisition } from '#fenceline/lock/ww-lock.js';
import { clearSuspect, holderOf } from '#fenceline/lock/ww-lock.js';
import { closeLockSet, type LockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { addOne, type LockWorld, noteFound, SUSPECT } from '../lock/locks.ts';
import { agentIn, lockAt } from '../world.ts';

/** Locks all, adds one behind each, and gives all back. Outcomes: how often the set was unwound. */
export function transact(world: LockWorld, index: number, order: readonly number[], opened?: LockSet): number {
  const agent = agentIn(world, index);
  const set = opened ?? openLockSet(agent);
  let unwound = 0;
  for (;;) {
    if (set.contended !== 0) {
      assert.equal(set.held.length, 0, 'The contended lock is waited for with nothing held.');
      assert.notEqual(lockSync(agent, set, set.contended), 'die');
      set.contended = 0;
    }
    let isDead = false;
    for (const lock of order) {
      isDead = lockSync(agent, set, lockAt(world, lock)) === 'die';
      if (isDead) break;
    }
    if (!isDead) break;
    unwound++;
  }
  finishSet(world, agent, set, order);
  return unwound;
}

/** Blocks for one lock. Outcomes: as `lockStep`, never 'blocked'. */
export function lockSync(agent: Agent, set: LockSet, at: number): Acquisition {
  let outcome = lockStep(agent, set, at);
  if (outcome !== 'blocked') return outcome;
  sleepUntil(
    agent,
    () => {
      outcome = lockStep(agent, set, at);
      return outcome !== 'blocked';
    },
    Number.POSITIVE_INFINITY,
  );
  return outcome;
}

function finishSet(world: LockWorld, agent: Agent, set: LockSet, order: readonly number[]): void {
  assert.equal(set.held.length, order.length);
  for (const lock of order) {
    assert.equal(holderOf(agent, lockAt(world, lock)), set.ticket.id, 'Every lock of the set is held.');
    if (set.suspects.includes(lockAt(world, lock))) {
      noteFound(world, lock);
      clearSuspect(agent, lockAt(world, lock));
    }
    assert.equal(load(agent.words, lockAt(world, lock) + L_WORD) & SUSPECT, 0, 'What is suspect is noted.');
    addOne(world, lock);
  }
  closeLockSet(agent, set);
}

/** A transaction in the event loop of its agent. */
export interface Pumped {
  unwound: number;
  isDone: boolean;
}

/** As `transact`, but waits in the pump. */
export function transactAsync(world: LockWorld, index: number, order: readonly number[], opened?: LockSet): Pumped {
  const agent = agentIn(world, index);
  const result: Pumped = { unwound: 0, isDone: false };
  goOn(world, agent, opened ?? openLockSet(agent), order, result);
  return result;
}

/** Takes what is left to take; waits at one lock at a time, and comes back here when it was taken or the set unwound. */
function goOn(world: LockWorld, agent: Agent, set: LockSet, order: readonly number[], result: Pumped): void {
  for (;;) {
    const at = nextLock(world, set, order);
    if (at === 0) break;
    const outcome = lockStep(agent, set, at);
    if (outcome === 'blocked') {
      waitInPump(world, agent, set, at, order, result);
      return;
    }
    noteOutcome(set, at, outcome, result);
  }
  finishSet(world, agent, set, order);
  result.isDone = true;
}

/** Address of the lock to take next: the contended one first; 0 once all are held. */
function nextLock(world: LockWorld, set: LockSet, order: readonly number[]): number {
  if (set.contended !== 0) return set.contended;
  for (const lock of order) if (!set.held.includes(lockAt(world, lock))) return lockAt(world, lock);
  return 0;
}

function waitInPump(
  world: LockWorld,
  agent: Agent,
  set: LockSet,
  at: number,
  order: readonly number[],
  result: Pumped,
): void {
  let outcome: Acquisition = 'blocked';
  addWaiter(agent, {
    hint: -1,
    order: nextWaiterOrder(),
    poll: () => {
      outcome = lockStep(agent, set, at);
      return outcome !== 'blocked';
    },
    run: () => {
      assert.notEqual(outcome, 'blocked', 'A waiter that is over does not wait any more.');
      noteOutcome(set, at, outcome, result);
      goOn(world, agent, set, order, result);
    },
  });
}

function noteOutcome(set: LockSet, at: number, outcome: Acquisition, result: Pumped): void {
  if (outcome === 'die') result.unwound++;
  else if (set.contended === at) set.contended = 0;
}
