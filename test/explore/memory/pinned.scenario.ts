/**
 * One agent pins a buffer and works on it where it is, without its lock; another one needs room and finds nobody else to
 * evict. It waits until the pin is gone, or its agent.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { moveEvicting, newRequest } from '#fenceline/memory/evict.js';
import { pinLocked, unpin } from '#fenceline/memory/pins.js';
import { isUsableIn } from '#fenceline/memory/residence.js';
import { closeLockSet, openLockSet, ringQueued } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, type Space, small } from '../schedule/space-world.ts';
import { acquireSync } from '../schedule/transactions.ts';
import { agentIn } from '../world.ts';
import { bringTogether, newResidents, placeOf } from './residents.ts';

const names = ['pinner', 'taker'];

function pinAndWrite(space: Space, agent: Agent): boolean {
  const set = openLockSet(agent);
  acquireSync(space, agent, set, lockOf(agent, 0));
  const isThere = isUsableIn(agent, 0, 0) || moveEvicting(agent, newRequest(set, isIdle), 0, 0);
  if (isThere) pinLocked(agent, 0);
  closeLockSet(agent, set);
  if (!isThere) return false;
  const { memory, at } = placeOf(space, 0);
  // Plain accesses: a mover that copies the buffer meanwhile would lose this one.
  memory[at] = 20;
  assert.deepEqual(placeOf(space, 0), { memory, at }, 'What is pinned stays where it is.');
  assert(unpin(agent, 0, agent.index), 'The pin was there.');
  ringQueued(agent);
  return true;
}

export default scenario({
  setup: () => {
    const space = newResidents(2, 1, 3);
    // The first buffer begins in memory.
    const owner = agentIn(space, 2);
    assert(bringTogether(space, owner, [0]) > 0);
    return space;
  },
  agents: {
    pinner: (space) => pinAndWrite(space, agentIn(space, 0)),
    taker: (space) => bringTogether(space, agentIn(space, 1), [1]) > 0,
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    assert(bringTogether(space, undertaker, [1]) > 0);
    assert(bringTogether(space, undertaker, [0]) > 0);
  },
  after: (space, { pinner }) => {
    assertAtRest(space);
    const { memory, at } = placeOf(space, 0);
    if (pinner === true) assert.equal(memory[at], 20, 'What was written while it was pinned is kept.');
    const other = placeOf(space, 1);
    assert.equal(other.memory[other.at], 11);
  },
  options: { preemptions: 1, patches: small },
});
