/** Somebody who holds nothing looks at a point whose slot is reused during the look: it never becomes pending again. */
import { scenario } from 'fenceline/check';
import { closeTimeline, createTimeline, dropTimeline, issue, signalError } from '#fenceline/fence/timeline.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertOneWay, closed, newLine, pointOf, signalled, watchStatus } from './lines.ts';

const size = { seated: 2, timelines: 1 };

export default scenario({
  setup: () => newLine(size, 1, []),
  agents: {
    owner: (world) => {
      const agent = agentIn(world, 0);
      signalError(agent, world.writer, 1, signalled);
      closeTimeline(agent, world.writer.timeline, world.writer.generation, closed);
      dropTimeline(agent, world.writer.timeline, 0);
      issue(agent, createTimeline(agent));
    },
    looker: (world) => watchStatus(world, pointOf(world, 1), 2),
  },
  after: (_world, { looker }) => assertOneWay(looker, ['pending', 'failed', 'unknown'], false),
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
