/** Who must wait for a write collects its point and sleeps; the writer signals it, fails it, or dies. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { pointsStatus } from '#fenceline/fence/points.js';
import { signal, signalError } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { watchPoints } from '#fenceline/fence/watch.js';
import { pendingPoints, USAGE_WRITE, usageBefore } from '#fenceline/reservation/reservation.js';
import { ownerDied, signalled } from '../fence/lines.ts';
import { agentIn, bury, describeWordOf, oneTicket, shrink } from '../world.ts';
import { add, newReservation } from './fences.ts';

const size = { seated: 4, timelines: 2 };
const names = ['writer', 'sleeper', 'listener'];

export default scenario({
  setup: () => {
    const world = newReservation(size, 2);
    for (const point of world.points) add(agentIn(world, 0), world.at, point, USAGE_WRITE);
    return world;
  },
  agents: {
    writer: (world) => {
      const agent = agentIn(world, 0);
      signal(agent, world.writer, 1);
      signalError(agent, world.writer, 2, signalled);
      return 'signalled';
    },
    sleeper: (world) => {
      const agent = agentIn(world, 1);
      const points = pendingPoints(agent, world.at, usageBefore(false));
      waitPoints(agent, points, Number.POSITIVE_INFINITY);
      assert.deepEqual(pendingPoints(agent, world.at, usageBefore(false)), [], 'Everything it waits for is over.');
      return { last: points.at(-1)?.seqno ?? 0, status: pointsStatus(agent, points) };
    },
    listener: (world) => {
      const agent = agentIn(world, 2);
      const log: number[] = [];
      const points = pendingPoints(agent, world.at, usageBefore(false));
      watchPoints(agent, points, () => log.push(points.at(-1)?.seqno ?? 0, pointsStatus(agent, points)));
      return log;
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { writer, sleeper, listener }) => {
    const failures = writer === undefined ? [-signalled, -ownerDied] : [-signalled];
    for (const [last, status] of [[sleeper?.last, sleeper?.status], listener ?? []]) {
      // Who did not find the second point pending does not wait for it.
      if (last !== 2) continue;
      assert(failures.includes(status ?? 0), `The failed write is not lost: ${status}.`);
    }
    assert(listener === undefined || listener.length === 2, 'The callback ran once.');
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 1,
    patches: [oneTicket, shrink('src/reservation/reservation.ts', 'compactFrom', 2)],
  },
});
