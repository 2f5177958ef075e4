/** Who must wait for a write collects its point and sleeps; the writer signals it, fails it, or dies. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointsStatus } from '#fenceline/fence/points.js';
import { signal, signalError } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { pendingPoints, USAGE_WRITE, usageBefore } from '#fenceline/reservation/reservation.js';
import { ownerDied, signalled } from '../fence/lines.ts';
import { agentIn, bury, describeWordOf, fewPoints, oneTicket, shrink } from '../world.ts';
import { add, base, newReservation } from './fences.ts';

const size = { seated: 3, timelines: 3 };

export default scenario({
  setup: () => {
    const world = newReservation(size, 2);
    for (const point of world.points) add(agentIn(world, 0), world.at, point, USAGE_WRITE);
    return world;
  },
  agents: {
    writer: (world) => {
      const agent = agentIn(world, 0);
      signal(agent, world.writer, base + 1);
      signalError(agent, world.writer, base + 2, signalled);
      return 'signalled';
    },
    sleeper: (world) => {
      const agent = agentIn(world, 1);
      const points = pendingPoints(agent, world.at, usageBefore(false));
      waitPoints(agent, points, Number.POSITIVE_INFINITY);
      assert.deepEqual(pendingPoints(agent, world.at, usageBefore(false)), [], 'Everything it waits for is over.');
      return { last: (points.at(-1)?.seqno ?? base) - base, status: pointsStatus(agent, points) };
    },
  },
  afterDeath: (world, dead) => bury(world, dead === 'writer' ? 0 : 1),
  after: (_world, { writer, sleeper }) => {
    const failures = writer === undefined ? [-signalled, -ownerDied] : [-signalled];
    // Who did not find the second point pending does not wait for it.
    if (sleeper?.last === 2)
      assert(failures.includes(sleeper.status), `The failed write is not lost: ${sleeper.status}.`);
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 1,
    patches: [oneTicket, shrink('src/reservation/reservation.ts', 'compactFrom', 2), fewPoints],
  },
});
