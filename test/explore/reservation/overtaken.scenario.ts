/** A reader without the lock is overtaken by the writer in the middle of a list that is compacted twice. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signal } from '#fenceline/fence/timeline.js';
import { USAGE_BOOKKEEP } from '#fenceline/reservation/reservation.js';
import { agentIn, describeWordOf, fewPoints, oneTicket, shrink } from '../world.ts';
import { add, base, collect, newReservation, type ReservationWorld, usages } from './fences.ts';

const size = { seated: 2, timelines: 3 };

function addRange(world: ReservationWorld, from: number, to: number): void {
  for (const point of world.points.slice(from - 1, to)) {
    add(agentIn(world, 0), world.at, point, usages[(point.seqno - base - 1) % usages.length] ?? 0);
  }
}

export default scenario({
  setup: () => {
    const world = newReservation(size, 5);
    addRange(world, 1, 3);
    signal(agentIn(world, 0), world.writer, base + 1);
    return world;
  },
  agents: {
    writer: (world) => addRange(world, 4, 5),
    collector: (world) => {
      const found = collect(world, USAGE_BOOKKEEP);
      assert.deepEqual(found.slice(0, 2), [2, 3], 'What was pending before is found.');
      return found;
    },
  },
  describeWord: describeWordOf(size),
  options: {
    preemptions: 3,
    patches: [oneTicket, shrink('src/reservation/reservation.ts', 'compactFrom', 2), fewPoints],
  },
});
