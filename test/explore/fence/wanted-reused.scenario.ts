/** A late wish for a timeline that is gone meets the slot's next one, whose own first wait must still be told. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointStatus } from '#fenceline/fence/points.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  issueUpTo,
  signal,
  TELLS_WAITS,
} from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { serveWishes } from '#fenceline/fence/wishes.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { closed, idOf, nameOf, newLine } from './lines.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => {
    const world = newLine(size, 0, [], { wishes: TELLS_WAITS });
    issueUpTo(agentIn(world, 0), world.writer, 5);
    return world;
  },
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      closeTimeline(agent, world.writer.timeline, world.writer.generation, closed);
      dropTimeline(agent, world.writer.timeline, 0);
      const writer = createTimeline(agent, TELLS_WAITS);
      issueUpTo(agent, writer, 2);
      const calls: number[] = [];
      const onWanted = (upTo: number): void => {
        calls.push(upTo);
        signal(agent, writer, upTo);
      };
      serveWishes(agent, writer, { onWanted, onDeadline: undefined, originMs: 0 });
      return calls;
    },
    late: (world) => {
      const agent = agentIn(world, 1);
      const first = { ...idOf(world.writer), seqno: 5 };
      const second = { ...first, generation: first.generation + 1, seqno: 1 };
      waitPoints(agent, [first], Number.POSITIVE_INFINITY);
      // Whoever knows a point knows it from after it was issued.
      if (nameOf(pointStatus(agent, second)) !== 'pending') return 'not there yet';
      waitPoints(agent, [second], Number.POSITIVE_INFINITY);
      return nameOf(pointStatus(agent, second));
    },
  },
  after: (_world, { signaller, late }) => {
    assert(late === 'done' || late === 'not there yet', late);
    assert.deepEqual(signaller, late === 'done' ? [1] : [], 'What is told is of this timeline.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 3, patches: [oneTicket] },
});
