/** Buffers that move: to another heap, out of memory and back; pinned, evicted for others, dropped. */
import assert from 'node:assert/strict';
import { createBuffer, dropBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { freeBlock } from '#fenceline/memory/allocator.js';
import {
  evictAll,
  evictOwn,
  evictToBudget,
  moveEvicting,
  newRequest,
  takeBlockEvicting,
} from '#fenceline/memory/evict.js';
import { dropLocked, moveIntoLocked, moveLocked } from '#fenceline/memory/move.js';
import { isPinned, pinLocked, unpin } from '#fenceline/memory/pins.js';
import { freshen, takeBlockIn, tryRelease } from '#fenceline/memory/placement.js';
import { listenForPressure, notePressure } from '#fenceline/memory/pressure.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { killed, nothing } from './killed.ts';

export default killed(
  (_space, agent) => {
    const first = createBuffer(agent, 64, 1, 0);
    const second = createBuffer(agent, 128, 1, 0);
    const set = openLockSet(agent);
    const request = newRequest(set, isIdle);
    listenForPressure(agent);
    assert.equal(lockStep(agent, set, lockOf(agent, first.buffer)), 'acquired');
    assert.equal(moveLocked(agent, first.buffer, 0), 'moved');
    freshen(agent, first.buffer);
    assert.equal(moveIntoLocked(agent, first.buffer, takeBlockIn(agent, first.buffer, 1)), 'moved');
    pinLocked(agent, first.buffer);
    assert(isPinned(agent, first.buffer) && unpin(agent, first.buffer, agent.index));
    evictOwn(agent, request, first.buffer);
    assert(moveEvicting(agent, request, first.buffer, 0));
    closeLockSet(agent, set);
    const other = openLockSet(agent);
    const asking = newRequest(other, isIdle);
    assert.equal(lockStep(agent, other, lockOf(agent, second.buffer)), 'acquired');
    // The budget has room for one of the two.
    assert(moveEvicting(agent, asking, second.buffer, 0));
    const [one, two] = [residenceOf(agent, first.buffer), residenceOf(agent, second.buffer)];
    assert.deepEqual([one, two], [2, 0]);
    dropLocked(agent, second.buffer);
    freeBlock(agent, takeBlockEvicting(agent, asking, second.buffer, 0));
    evictAll(agent, asking);
    assert(evictToBudget(agent, asking, 0));
    notePressure(agent, 0);
    closeLockSet(agent, other);
    for (const { buffer } of [first, second]) {
      assert(dropBuffer(agent, buffer, agent.index));
      assert(tryRelease(agent, buffer));
    }
  },
  nothing,
  {
    budget: 2,
    more: [
      { units: 2, kind: 0 },
      { units: 4, kind: 1 },
    ],
  },
);
