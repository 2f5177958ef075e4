/** Three tickets take two locks, one of them in the other order. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf, onlyTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    up: (world) => takeAll(world, 0, [0, 1]),
    down: (world) => takeAll(world, 1, [1, 0]),
    third: (world) => takeAll(world, 2, [0, 1]),
  },
  after: (world, { up, down, third }) => {
    assertLocksAtRest(world, undefined);
    assert.deepEqual([countOf(world, 0), countOf(world, 1)], [3, 3]);
    for (const { stamp, deaths } of [up, down, third]) assert(stamp > 1 || deaths === 0, 'The oldest never dies.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: onlyTicket },
});
