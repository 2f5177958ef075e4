/** A heap with room enough, in two pieces: the buffer between them moves, and nobody leaves. */
import assert from 'node:assert/strict';
import { createBuffer, dropBuffer, lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { moveEvicting, newRequest } from '#fenceline/memory/evict.js';
import { dropLocked } from '#fenceline/memory/move.js';
import { freshen, placeLocked, tryRelease } from '#fenceline/memory/placement.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { killed, nothing } from './killed.ts';

export default killed(
  (_space, agent) => {
    const ids = [createBuffer(agent, 64, 1, 1), createBuffer(agent, 64, 1, 1), createBuffer(agent, 128, 1, 1)];
    const [first, between, wide] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];
    assert(placeLocked(agent, first.buffer, 1) && placeLocked(agent, between.buffer, 1));
    freshen(agent, between.buffer);
    // One unit before it, one behind it.
    dropLocked(agent, first.buffer);
    const before = placementOf(agent, between.buffer);
    const set = openLockSet(agent);
    assert.equal(lockStep(agent, set, lockOf(agent, wide.buffer)), 'acquired');
    assert(moveEvicting(agent, newRequest(set, isIdle), wide.buffer, 1));
    assert.notEqual(placementOf(agent, between.buffer), before);
    assert.equal(residenceOf(agent, between.buffer), 1);
    closeLockSet(agent, set);
    for (const { buffer } of ids) {
      assert(dropBuffer(agent, buffer, agent.index));
      assert(tryRelease(agent, buffer));
    }
  },
  nothing,
  { buffers: 3, more: [{ units: 3, kind: 0 }] },
);
