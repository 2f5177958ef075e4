/** The last generation of a slot: when it is over, its failed point is unknown, whatever its words still say. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { TL_STATE } from '#fenceline/base/layout.js';
import { RETIRED, stateOf } from '#fenceline/cells/slot.js';
import { closeTimeline, dropTimeline, holdTimeline, signalError, timelineAt } from '#fenceline/fence/timeline.js';
import { agentIn, bury, describeWordOf, oneTicket, shrink } from '../world.ts';
import { assertOneWay, closed, newLine, pointOf, signalled, watchStatus } from './lines.ts';

const size = { seated: 3, timelines: 1 };

export default scenario({
  // The first generation is used up before the agents begin.
  setup: () => newLine(size, 1, [], { uses: 1 }),
  agents: {
    owner: (world) => {
      const agent = agentIn(world, 0);
      const { writer } = world;
      signalError(agent, writer, 1, signalled);
      closeTimeline(agent, writer.timeline, writer.generation, closed);
      dropTimeline(agent, writer.timeline, 0);
      return 'closed';
    },
    looker: (world) => watchStatus(world, pointOf(world, 1), 2),
    holder: (world) => {
      const agent = agentIn(world, 1);
      const { writer } = world;
      if (!holdTimeline(agent, writer.timeline, writer.generation)) return 'gone';
      const [status = ''] = watchStatus(world, pointOf(world, 1), 1);
      dropTimeline(agent, writer.timeline, 1);
      return status;
    },
  },
  afterDeath: (world, dead) => {
    if (dead !== 'looker') bury(world, dead === 'owner' ? 0 : 1);
  },
  after: (world, { looker, holder }) => {
    const point = pointOf(world, 1);
    if (looker !== undefined) assertOneWay(looker, ['pending', 'failed', 'owner died', 'unknown'], false);
    if (holder !== undefined) assert(['pending', 'failed', 'owner died', 'gone'].includes(holder), holder);
    assert.deepEqual(watchStatus(world, point, 1), ['unknown']);
    assert.equal(stateOf(world.memory.words[timelineAt(world.memory, 0) + TL_STATE] ?? 0), RETIRED);
    assert(!holdTimeline(agentIn(world, 2), point.timeline, point.generation), 'What is retired cannot be held.');
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 1,
    patches: [oneTicket, shrink('src/cells/slot.ts', 'generationMax', 1)],
  },
});
