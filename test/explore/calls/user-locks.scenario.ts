/** Locks of users: made, opened again, taken under tickets of each kind, given back, and gone. */
import assert from 'node:assert/strict';
import { createLock, dropLock, holdLock, userLockAt } from '#fenceline/lock/lock-table.js';
import type { Rule } from '#fenceline/lock/ticket.js';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { killed } from './killed.ts';

const rules: readonly Rule[] = ['wound-wait', 'plain'];

export default killed((_, agent) => {
  const id = createLock(agent, 'wound-wait');
  assert.equal(holdLock(agent, id), 'wound-wait');
  for (let at = 0; at < rules.length; at++) {
    const ticket = openTicket(agent, rules[at]);
    assert.equal(acquireStep(agent, userLockAt(agent, id.lock), ticket), 'acquired');
    releaseLock(agent, userLockAt(agent, id.lock), ticket);
    closeTicket(agent, ticket);
  }
  dropLock(agent, id.lock);
});
