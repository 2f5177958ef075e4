/** Two callbacks wait at two points of one timeline, whose signals come one by one. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signal } from '#fenceline/fence/timeline.js';
import { watchPoints } from '#fenceline/fence/watch.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { newLine, pointOf } from './lines.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => newLine(size, 2, [1]),
  agents: {
    signaller: (world) => {
      signal(agentIn(world, 0), world.writer, 1);
      signal(agentIn(world, 0), world.writer, 2);
    },
    listener: (world) => {
      const log: number[] = [];
      for (const number of [2, 1]) watchPoints(agentIn(world, 1), [pointOf(world, number)], () => log.push(number));
      return log;
    },
  },
  after: (_world, { listener }) => assert.deepEqual([...listener].sort(), [1, 2]),
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
