/** Two owners signal a timeline each; one agent blocks for a fence over both. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointsStatus } from '#fenceline/fence/points.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { idOf, newLine } from './lines.ts';

const size = { seated: 3, timelines: 2 };

export default scenario({
  setup: () => {
    const world = newLine(size, 2, [2]);
    const other = createTimeline(agentIn(world, 1));
    const fence = [world.points[1], { ...idOf(other), seqno: issue(agentIn(world, 1), other) }];
    return { ...world, other, fence: fence.filter((point) => point !== undefined) };
  },
  agents: {
    left: (world) => {
      signal(agentIn(world, 0), world.writer, 1);
      signal(agentIn(world, 0), world.writer, 2);
    },
    right: (world) => signal(agentIn(world, 1), world.other, 1),
    sleeper: (world) => {
      assert(waitPoints(agentIn(world, 2), world.fence, Number.POSITIVE_INFINITY));
      return pointsStatus(world.memory, world.fence);
    },
  },
  after: (_world, { sleeper }) => assert.equal(sleeper, 1, 'Both are done.'),
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
