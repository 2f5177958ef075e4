/** Two agents wait for a third; whoever of them is rung may die with the ring, and the other must get the lock. */
import { scenario } from 'fenceline/check';
import { describeWordOf, oneTicket } from '../world.ts';
import { assertLocksAtRest, buryHolder, newLockWorld, takeAll } from './locks.ts';

const size = { seated: 4, buffers: 1 };
const names = ['holder', 'first', 'second'];

export default scenario({
  setup: () => newLockWorld(size),
  agents: {
    holder: (world) => takeAll(world, 0, [0]),
    first: (world) => takeAll(world, 1, [0]),
    second: (world) => takeAll(world, 2, [0]),
  },
  afterDeath: (world, dead) => buryHolder(world, names.indexOf(dead)),
  after: (world, { holder, first, second }) => {
    const dead = [holder, first, second].indexOf(undefined as unknown as typeof first);
    assertLocksAtRest(world, dead < 0 ? undefined : dead);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
