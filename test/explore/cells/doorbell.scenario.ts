/** An agent sleeps until two others have rung; any of them may die at any step. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { bury, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { isOver, raise, sleepFor } from './doorbells.ts';

const size = { seated: 4 };
const names = ['sleeper', 'left', 'right'];

export default scenario({
  setup: () => newWorld(size),
  agents: {
    sleeper: (world) => {
      sleepFor(world, 0, () => isOver(world, 1, 1) && isOver(world, 2, 2));
      return 'woken';
    },
    left: (world) => {
      raise(world, 1, 1, 0);
      return 'rang';
    },
    right: (world) => {
      raise(world, 2, 2, 0, 7);
      return 'rang';
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { sleeper, left, right }) => {
    if (left !== undefined && right !== undefined) assert(sleeper === 'woken' || sleeper === undefined);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
