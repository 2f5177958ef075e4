/**
 * Wound-wait: the younger agent takes its locks twice, with the same ticket slot. A wound meant for its first ticket must
 * not stand in the way of one for its second.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 2, buffers: 2 };

export default scenario({
  setup: () => newLockWorld(size, 'wound-wait'),
  agents: {
    once: (world) => takeAll(world, 0, [0, 1]),
    twice: (world) => [takeAll(world, 1, [1, 0]), takeAll(world, 1, [1, 0])],
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [3, 3]);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
