/** Over Fenceline's own timelines: a driver signals one of two points and closes, or dies anywhere. Who waits always learns how it ended. */
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { DONE, pointStatus } from '#fenceline/fence/points.js';
import { closeTimeline, createTimeline, dropTimeline, holdTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, bury, describeWordOf, newWorld, oneTicket } from '../../test/explore/world.ts';

/** The driver, the user, and one that repairs what the dead left. */
const size = { seated: 3, timelines: 1 };
const cancelled = -codeNumber('ECANCELED');
const ownerDead = -codeNumber('EOWNERDEAD');

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const [driver, user] = [agentIn(world, 0), agentIn(world, 1)];
    const writer = createTimeline(driver);
    const { timeline, generation } = writer;
    holdTimeline(user, timeline, generation);
    const first = { timeline, generation, seqno: issue(driver, writer) };
    const second = { timeline, generation, seqno: issue(driver, writer) };
    return { ...world, writer, fences: [first, second] };
  },
  agents: {
    driver: (world) => {
      const { timeline, generation } = world.writer;
      signal(agentIn(world, 0), world.writer, 1);
      closeTimeline(agentIn(world, 0), timeline, generation, codeNumber('ECANCELED'));
      dropTimeline(agentIn(world, 0), timeline, 0);
    },
    user: (world) => {
      waitPoints(agentIn(world, 1), world.fences, Number.POSITIVE_INFINITY);
      const ends: number[] = [];
      for (const fence of world.fences) ends.push(pointStatus(world.memory, fence));
      return ends;
    },
  },
  afterDeath: (world) => bury(world, 0),
  outcomes: [{ user: [DONE, cancelled] }, { user: [DONE, ownerDead] }, { user: [ownerDead, ownerDead] }],
  describeWord: describeWordOf(size),
  options: { killAgents: ['driver'], preemptions: 1, patches: [oneTicket] },
});
