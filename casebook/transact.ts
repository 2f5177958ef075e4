/**
 * What exhibits over the library share: a transaction as src/run-transaction.ts runs it, over the same core functions.
 *
 * Not here: buffers, heaps (test/explore/schedule/space-world.ts).
 */
import assert from 'node:assert/strict';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { closeLockSet, type LockSet, openLockSet, releaseAll } from '#fenceline/reservation/lock-set.js';
import type { Space } from '../test/explore/schedule/space-world.ts';
import { acquireSync } from '../test/explore/schedule/transactions.ts';

/** Runs the body until it says true. Said false, it must give way: all is given back, and the lock that was refused is taken first. */
export function transact(space: Space, agent: Agent, body: (set: LockSet) => boolean): true {
  const set = openLockSet(agent);
  for (;;) {
    const refused = set.contended;
    set.contended = 0;
    if (refused !== 0) assert.notEqual(acquireSync(space, agent, set, refused), 'die');
    if (body(set)) break;
    releaseAll(agent, set);
  }
  closeLockSet(agent, set);
  return true;
}

/** Waits for the lock of a buffer, under the ticket. Outcomes: false if the ticket has to give way. */
export function take(space: Space, agent: Agent, set: LockSet, buffer: number): boolean {
  return acquireSync(space, agent, set, lockOf(agent, buffer)) !== 'die';
}
