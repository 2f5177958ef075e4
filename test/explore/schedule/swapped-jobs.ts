/** What scenarios share in which jobs wait for a lock, and what they read is swapped out. */
import assert from 'node:assert/strict';
import { B_FRESH, BUFFER_WORDS, H_PRESSURE } from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { type LockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { placeOf } from '../memory/residents.ts';
import { agentIn } from '../world.ts';
import { type JobSpace, newJobs } from './jobs.ts';
import type { SpaceSize } from './space-world.ts';
import { acquireSync } from './transactions.ts';

/** Buffer n holds n + 10, in the heap given for it: 0 is memory, with room for three, 1 the swap heap. Something was evicted before. */
export function newSwappedJobs(heaps: readonly number[], more: Partial<SpaceSize>): JobSpace {
  const world = newJobs(heaps.length, { budget: 3, more: [{ units: 4, kind: 1 }], ...more });
  world.memory.words[H_PRESSURE] = 1;
  for (const [index, { buffer }] of world.ids.entries()) {
    assert(placeLocked(agentIn(world, 0), buffer, heaps[index] ?? 0));
    world.memory.words[world.layout.buffers + buffer * BUFFER_WORDS + B_FRESH] = 0;
    const { memory, at } = placeOf(world, buffer);
    memory[at] = buffer + 10;
  }
  return world;
}

/** Takes the lock of a buffer; until it is given back, no job that uses the buffer is admitted. */
export function lockBuffer(world: JobSpace, agent: Agent, index: number): LockSet {
  const set = openLockSet(agent);
  assert.equal(acquireSync(world, agent, set, lockOf(agent, world.ids[index]?.buffer ?? -1)), 'acquired');
  return set;
}
