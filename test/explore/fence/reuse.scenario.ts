/** One slot for timelines: its owner closes and drops one and creates the next, while two others hold, look and drop. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { TL_STATE } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import { FREE, stateOf } from '#fenceline/cells/slot.js';
import { pointStatus } from '#fenceline/fence/points.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  signal,
  signalError,
  timelineAt,
} from '#fenceline/fence/timeline.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { closed, type LineWorld, nameOf, newLine, pointOf, signalled, slotOf, watchStatus } from './lines.ts';

const size = { seated: 4, timelines: 1 };
const names = ['owner', 'first', 'second'];

function own(world: LineWorld): string {
  const agent = agentIn(world, 0);
  const { writer } = world;
  signalError(agent, writer, 1, signalled);
  closeTimeline(agent, writer.timeline, writer.generation, closed);
  dropTimeline(agent, writer.timeline, 0);
  if (stateOf(load(agent.words, timelineAt(agent, 0) + TL_STATE)) !== FREE) return 'still held';
  const next = createTimeline(agent);
  const point = { timeline: next.timeline, generation: next.generation, seqno: issue(agent, next) };
  issue(agent, next);
  signal(agent, next, 1);
  assert.equal(pointStatus(agent, point), 1, 'The new timeline knows nothing of the old errors.');
  closeTimeline(agent, next.timeline, next.generation, closed);
  assert.equal(nameOf(pointStatus(agent, { ...point, seqno: 2 })), 'closed');
  dropTimeline(agent, next.timeline, 0);
  return 'reused';
}

/** Whoever holds the timeline of a point knows its outcome for as long as it does. */
function look(world: LineWorld, index: number): string {
  const agent = agentIn(world, index);
  const point = pointOf(world, 1);
  if (!holdTimeline(agent, point.timeline, point.generation)) {
    const [status] = watchStatus(world, point, 1);
    assert(status === 'unknown', `A timeline that is gone says ${status}.`);
    return 'gone';
  }
  const seen = watchStatus(world, point, 2);
  for (const one of seen) assert(['pending', 'failed', 'owner died'].includes(one), `A held point is ${one}.`);
  dropTimeline(agent, point.timeline, index);
  return 'held';
}

export default scenario({
  setup: () => newLine(size, 1, []),
  agents: {
    owner: own,
    first: (world) => look(world, 1),
    second: (world) => look(world, 2),
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world) => assert(slotOf(world, 0).isFree, 'Nobody holds it, and so the slot is free.'),
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
