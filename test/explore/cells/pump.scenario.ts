/** An agent in its event loop waits for three flags under two hints and none, raised by two others; any may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_REPAIRS } from '#fenceline/base/layout.js';
import { agentIn, bury, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { raise, watchFlag } from './doorbells.ts';

const size = { seated: 4 };
const names = ['listener', 'left', 'right'];

export default scenario({
  setup: () => {
    const world = newWorld(size);
    // Somebody was repaired before: the first look is one everywhere.
    world.memory.words[H_REPAIRS] = 1;
    return world;
  },
  agents: {
    listener: (world) => {
      const log: string[] = [];
      watchFlag(world, 0, 1, 1, 3, () => log.push('3'));
      watchFlag(world, 0, 2, 2, 40, () => log.push('40'));
      watchFlag(world, 0, 3, 2, -1, () => log.push('any'));
      return log;
    },
    left: (world) => {
      raise(world, 1, 1, 0, 3);
      return 'rang';
    },
    right: (world) => {
      raise(world, 2, 2, 0, 40);
      raise(world, 2, 3, 0);
      return 'rang';
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { listener }) => {
    if (listener === undefined) return;
    assert.deepEqual([...listener].sort(), ['3', '40', 'any'], 'Each callback ran exactly once.');
    assert.equal(agentIn(world, 0).pump.waiterCount, 0);
    assert.equal(agentIn(world, 0).pump.ticker, undefined, 'Nobody waits, and so nothing ticks.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
