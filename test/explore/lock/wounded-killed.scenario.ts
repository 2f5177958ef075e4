/** Wound-wait: two tickets take two locks in opposite orders, and one of the agents dies at any step. */
import { scenario } from 'fenceline/check';
import { describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, buryHolder, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 3, buffers: 2 };

export default scenario({
  setup: () => newLockWorld(size, 'wound-wait'),
  agents: {
    up: (world) => takeAll(world, 0, [0, 1]),
    down: (world) => takeAll(world, 1, [1, 0]),
  },
  afterDeath: (world, dead) => buryHolder(world, dead === 'up' ? 0 : 1),
  after: (world, { up, down }) => {
    assertLocksAtRest(world, up === undefined ? 0 : down === undefined ? 1 : undefined);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
