/** The same over Fenceline's own timelines: the exporter ends everything, and the next operation gets the same slot. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { DONE, PENDING, pointStatus } from '#fenceline/fence/points.js';
import { closeTimeline, createTimeline, dropTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { agentIn, describeWordOf, newWorld } from '../../test/explore/world.ts';

const size = { seated: 2, timelines: 1 };
const unknown = -codeNumber('EUNKNOWN');

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const writer = createTimeline(agentIn(world, 0));
    const { timeline, generation } = writer;
    const fence = { timeline, generation, seqno: issue(agentIn(world, 0), writer) };
    return { ...world, writer, fence };
  },
  agents: {
    exporter: (world) => {
      const agent = agentIn(world, 0);
      const { timeline, generation } = world.writer;
      signal(agent, world.writer, 1);
      closeTimeline(agent, timeline, generation, codeNumber('ECANCELED'));
      dropTimeline(agent, timeline, 0);
      const next = createTimeline(agent); // the same slot, for somebody else
      assert.equal(next.timeline, timeline);
      const seqno = issue(agent, next);
      assert.equal(pointStatus(agent, { ...next, seqno }), PENDING, 'What is asked of the old fence changes nothing.');
    },
    importer: (world) => pointStatus(world.memory, world.fence),
  },
  outcomes: [{ importer: PENDING }, { importer: DONE }, { importer: unknown }],
  describeWord: describeWordOf(size),
  options: { strategy: 'dpor' },
});
