/** A writer fills a reservation to its last place and is refused one more, while another agent collects. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signal } from '#fenceline/fence/timeline.js';
import { addPointLocked, reserveLocked, USAGE_BOOKKEEP } from '#fenceline/reservation/reservation.js';
import { agentIn, describeWordOf, fewPoints, oneTicket } from '../world.ts';
import { add, base, collect, newReservation, usages } from './fences.ts';

const size = { seated: 2, timelines: 3 };

export default scenario({
  setup: () => {
    const world = newReservation(size, 6);
    // One more compaction: the bank in force is the second one, and the first one looks as if there were room.
    reserveLocked(agentIn(world, 0), world.at, 6);
    return world;
  },
  agents: {
    writer: (world) => {
      const agent = agentIn(world, 0);
      const last = world.points[5];
      assert(last);
      for (const point of world.points.slice(0, 5))
        add(agent, world.at, point, usages[(point.seqno - base - 1) % 4] ?? 0);
      assert(!reserveLocked(agent, world.at, 1), 'A full list has no room.');
      signal(agent, world.writer, base + 1);
      assert(reserveLocked(agent, world.at, 1), 'What is over makes room.');
      addPointLocked(agent, world.at, last, usages[1] ?? 0);
    },
    collector: (world) => collect(world, USAGE_BOOKKEEP),
  },
  after: (world) => assert.deepEqual(collect(world, USAGE_BOOKKEEP), [2, 3, 4, 5, 6]),
  describeWord: describeWordOf(size),
  options: {
    preemptions: 2,
    patches: [oneTicket, fewPoints],
  },
});
