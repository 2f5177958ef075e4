/** Two repairs, one after the other, and something that became true with the second: whoever waits looks everywhere. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_REPAIRS } from '#fenceline/base/layout.js';
import { add, store } from '#fenceline/cells/cell.js';
import { ringAll } from '#fenceline/cells/doorbell.js';
import { agentIn, describeWordOf, newWorld, oneTicket, scratchAt } from '../world.ts';
import { watchFlag } from './doorbells.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => newWorld(size),
  agents: {
    listener: (world) => {
      const log: string[] = [];
      watchFlag(world, 0, 1, 1, 3, () => log.push('seen'));
      return log;
    },
    repairer: (world) => {
      const agent = agentIn(world, 1);
      add(agent.words, H_REPAIRS, 1);
      ringAll(agent);
      store(agent.words, scratchAt(world, 1), 1);
      add(agent.words, H_REPAIRS, 1);
      ringAll(agent);
    },
  },
  after: (_world, { listener }) => assert.deepEqual(listener, ['seen']),
  describeWord: describeWordOf(size),
  options: { preemptions: 3, patches: [oneTicket] },
});
