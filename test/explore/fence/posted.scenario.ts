/** A fence is posted while its signaller signals, fails, closes, leaves or dies, and the slot is used again meanwhile. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { isFencelineError } from '#fenceline/base/errors.js';
import { load, store } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { PENDING, pointStatus } from '#fenceline/fence/points.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  signal,
  signalError,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, bury, describeWordOf, oneTicket, scratchAt } from '../world.ts';
import { closed, idOf, nameOf, newLine, signalled } from './lines.ts';

const size = { seated: 4 };
const names = ['signaller', 'opener', 'reuser'];

export default scenario({
  setup: () => newLine(size, 0, []),
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      const { writer } = world;
      const seqno = issue(agent, writer);
      store(world.memory.words, scratchAt(world, 0), seqno);
      signalError(agent, writer, seqno, signalled);
      closeTimeline(agent, writer.timeline, writer.generation, closed);
      dropTimeline(agent, writer.timeline, 0);
      return true;
    },
    opener: (world) => {
      const agent = agentIn(world, 1);
      const seqno = load(world.memory.words, scratchAt(world, 0));
      if (seqno === 0) return { isHeld: false, first: 'not posted', end: 'not posted', again: 'not posted' };
      const point = { ...idOf(world.writer), seqno };
      const first = nameOf(pointStatus(agent, point));
      const isHeld = holdTimeline(agent, point.timeline, point.generation);
      waitPoints(agent, [point], Number.POSITIVE_INFINITY);
      const end = nameOf(pointStatus(agent, point));
      const again = nameOf(pointStatus(agent, point));
      if (isHeld) dropTimeline(agent, point.timeline, 1);
      return { isHeld, first, end, again };
    },
    reuser: (world) => {
      const agent = agentIn(world, 2);
      const writer = tryCreate(agent);
      if (writer === undefined) return 'not free';
      const point = { ...idOf(writer), seqno: issue(agent, writer) };
      assert.equal(pointStatus(agent, point), PENDING);
      signal(agent, writer, 1);
      return nameOf(pointStatus(agent, point));
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { signaller, opener, reuser }) => {
    if (reuser !== undefined) assert(reuser === 'done' || reuser === 'not free', reuser);
    if (opener === undefined || opener.end === 'not posted') return;
    const { isHeld, first, end, again } = opener;
    const exact = signaller === undefined ? ['failed', 'owner died'] : ['failed'];
    assert(exact.includes(end) || (!isHeld && end === 'unknown'), `It is ${end}, held: ${isHeld}.`);
    assert(['pending', end].includes(first) || (!isHeld && exact.includes(first)), `It was ${first} and is ${end}.`);
    assert(again === end || (!isHeld && again === 'unknown'), `It was ${end} and is ${again}.`);
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});

function tryCreate(agent: Agent): TimelineWriter | undefined {
  try {
    return createTimeline(agent);
  } catch (error) {
    assert(isFencelineError(error) && error.code === 'ENOSPC');
    return undefined;
  }
}
