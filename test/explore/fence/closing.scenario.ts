/** An owner signals one of two points and closes; one agent blocks for the other, one only looks. Any may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointStatus } from '#fenceline/fence/points.js';
import { closeTimeline, completedOf, dropTimeline, issue, issuedOf, signalError } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { assertOneWay, closed, idOf, nameOf, newLine, pointOf, signalled, slotOf, watchStatus } from './lines.ts';

const size = { seated: 4 };
const names = ['owner', 'sleeper', 'looker'];

export default scenario({
  setup: () => newLine(size, 1, [1, 2, 3]),
  agents: {
    owner: (world) => {
      const agent = agentIn(world, 0);
      const { writer } = world;
      const second = { ...idOf(writer), seqno: issue(agent, writer) };
      assert.equal(issuedOf(agent, writer.timeline), 2);
      signalError(agent, writer, 1, signalled);
      assert.equal(completedOf(agent, writer.timeline), 1);
      closeTimeline(agent, writer.timeline, writer.generation, closed);
      const status = nameOf(pointStatus(agent, second));
      dropTimeline(agent, writer.timeline, 0);
      return status;
    },
    sleeper: (world) => {
      const agent = agentIn(world, 1);
      const second = { ...idOf(world.writer), seqno: 2 };
      waitPoints(agent, [second], Number.POSITIVE_INFINITY);
      const status = nameOf(pointStatus(agent, second));
      dropTimeline(agent, world.writer.timeline, 1);
      return status;
    },
    looker: (world) => {
      const seen = watchStatus(world, pointOf(world, 1), 2);
      dropTimeline(agentIn(world, 2), world.writer.timeline, 2);
      return seen;
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { owner, sleeper, looker }) => {
    const isDead = owner === undefined;
    if (!isDead) assert.equal(owner, 'closed');
    if (sleeper !== undefined) assert(sleeper === 'closed' || (isDead && sleeper === 'owner died'), sleeper);
    if (looker !== undefined) assertOneWay(looker, ['pending', 'failed', ...(isDead ? ['owner died'] : [])], true);
    assert(!slotOf(world, world.writer.timeline).isFree, 'The keeper still holds it.');
    dropTimeline(agentIn(world, 3), world.writer.timeline, 3);
    assert(slotOf(world, world.writer.timeline).isFree, 'When the last hold is dropped, the slot is free.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
