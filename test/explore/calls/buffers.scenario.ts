/** Buffers: made, held, locked, given memory, changed by drafts, dropped. */
import assert from 'node:assert/strict';
import { bufferSizeBytes, createBuffer, dropBuffer, holdBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { freeBlock } from '#fenceline/memory/allocator.js';
import {
  freshen,
  placeLocked,
  publishLocked,
  sweepClosed,
  takeBlockIn,
  tryRelease,
  unplaceLocked,
} from '#fenceline/memory/placement.js';
import { publishAllLocked } from '#fenceline/memory/publication.js';
import { releaseWhenIdle } from '#fenceline/memory/release.js';
import { closeLockSet, lockStep, openLockSet, releaseSince, tryLock } from '#fenceline/reservation/lock-set.js';
import { killed } from './killed.ts';

export default killed((_space, agent) => {
  const first = createBuffer(agent, 64, 1, 0);
  const second = createBuffer(agent, 128, 1, 0);
  assert(holdBuffer(agent, first));
  assert.equal(bufferSizeBytes(agent, second.buffer), 128);
  const set = openLockSet(agent);
  assert.equal(lockStep(agent, set, lockOf(agent, first.buffer)), 'acquired');
  assert.equal(tryLock(agent, set, lockOf(agent, second.buffer)), 'acquired');
  assert(placeLocked(agent, first.buffer, 0));
  unplaceLocked(agent, first.buffer);
  assert(placeLocked(agent, first.buffer, 0));
  assert(placeLocked(agent, second.buffer, 0));
  freshen(agent, first.buffer);
  const unused = takeBlockIn(agent, first.buffer, 0);
  freeBlock(agent, unused);
  publishLocked(agent, first.buffer, takeBlockIn(agent, first.buffer, 0));
  const drafts = [
    { buffer: first.buffer, block: takeBlockIn(agent, first.buffer, 0) },
    { buffer: second.buffer, block: takeBlockIn(agent, second.buffer, 0) },
  ];
  publishAllLocked(agent, drafts);
  releaseSince(agent, set, 1);
  closeLockSet(agent, set);
  assert(dropBuffer(agent, first.buffer, agent.index));
  assert(tryRelease(agent, first.buffer));
  assert(dropBuffer(agent, second.buffer, agent.index));
  releaseWhenIdle(agent, second.buffer);
  sweepClosed(agent);
});
