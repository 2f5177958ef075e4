/** A waiter that lost once gets the lock kept for it: younger tickets do not barge past any more. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf, oneTicket, shrink } from '../world.ts';
import { assertLocksAtRest, buryHolder, countOf, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 4, buffers: 1 };
const names = ['patient', 'holder', 'barger'];

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    patient: (world) => takeAll(world, 0, [0]),
    holder: (world) => takeAll(world, 1, [0]),
    barger: (world) => takeAll(world, 2, [0]),
  },
  afterDeath: (world, dead) => buryHolder(world, names.indexOf(dead)),
  after: (world, { patient, holder, barger }) => {
    const dead = [patient, holder, barger].findIndex((one: unknown) => one === undefined);
    assertLocksAtRest(world, dead < 0 ? undefined : dead);
    if (dead < 0) assert.equal(countOf(world, 0), 3);
  },
  describeWord: describeWordOf(size),
  options: {
    preemptions: 2,
    patches: [oneTicket, shrink('src/lock/ww-lock.ts', 'handoffAfter', 1)],
  },
});
