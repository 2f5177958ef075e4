/** Over Fenceline's own fences: a merge of a merge is one flat set, and waiting for it takes no lock. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { DONE, mergePoints, type Point, pointsStatus } from '#fenceline/fence/points.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, describeWordOf, newWorld } from '../../test/explore/world.ts';

const size = { seated: 3, timelines: 2 };

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const left = createTimeline(agentIn(world, 0));
    const right = createTimeline(agentIn(world, 1));
    const points: Point[] = [
      { timeline: left.timeline, generation: left.generation, seqno: issue(agentIn(world, 0), left) },
      { timeline: right.timeline, generation: right.generation, seqno: issue(agentIn(world, 1), right) },
    ];
    const inner = mergePoints(world.memory, [points]);
    const outer = mergePoints(world.memory, [inner, points]);
    assert.deepEqual(outer, points, 'Each point is in it once, beside the others.');
    return { ...world, leftWriter: left, rightWriter: right, outer };
  },
  agents: {
    left: (world) => signal(agentIn(world, 0), world.leftWriter, 1),
    right: (world) => signal(agentIn(world, 1), world.rightWriter, 1),
    asking: (world) => {
      waitPoints(agentIn(world, 2), world.outer, Number.POSITIVE_INFINITY);
      return pointsStatus(world.memory, world.outer);
    },
  },
  outcomes: [{ asking: DONE }],
  describeWord: describeWordOf(size),
});
