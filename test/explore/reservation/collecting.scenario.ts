/** A writer adds and compacts while two agents collect without the lock. The writer may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { signal } from '#fenceline/fence/timeline.js';
import { USAGE_BOOKKEEP, USAGE_READ, usageBefore } from '#fenceline/reservation/reservation.js';
import { agentIn, describeWordOf, oneTicket, scratchAt, shrink } from '../world.ts';
import { add, collect, newReservation, usages } from './fences.ts';

const size = { seated: 2, timelines: 2 };
const added = 0;
const signalled = 1;

export default scenario({
  setup: () => newReservation(size, 4),
  agents: {
    writer: (world) => {
      const agent = agentIn(world, 0);
      for (const point of world.points) {
        add(agent, world.at, point, usages[point.seqno - 1] ?? 0);
        store(agent.words, scratchAt(world, added), point.seqno);
        if (point.seqno !== 2) continue;
        store(agent.words, scratchAt(world, signalled), 1);
        signal(agent, world.writer, 1);
      }
      return 'done';
    },
    collector: (world) => {
      const least = load(world.memory.words, scratchAt(world, added));
      const found = collect(world, USAGE_BOOKKEEP);
      const over = load(world.memory.words, scratchAt(world, signalled));
      for (let seqno = over + 1; seqno <= least; seqno++) assert(found.includes(seqno), `Point ${seqno} is in force.`);
      return found;
    },
    reader: (world) => {
      const found = collect(world, usageBefore(true));
      assert(!found.includes(3), 'Bookkeeping is nobody’s to wait for.');
      return found;
    },
  },
  afterDeath: (world) => void collect(world, USAGE_READ),
  describeWord: describeWordOf(size),
  options: {
    killAgents: ['writer'],
    preemptions: 2,
    patches: [oneTicket, shrink('src/reservation/reservation.ts', 'compactFrom', 2)],
  },
});
