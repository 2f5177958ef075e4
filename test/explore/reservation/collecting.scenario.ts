/** A writer adds and compacts while another agent collects without the lock. The writer may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { signal } from '#fenceline/fence/timeline.js';
import { USAGE_BOOKKEEP, USAGE_READ, usageBefore } from '#fenceline/reservation/reservation.js';
import { agentIn, describeWordOf, fewPoints, oneTicket, scratchAt, shrink } from '../world.ts';
import { add, base, collect, newReservation, usages } from './fences.ts';

const size = { seated: 2, timelines: 3 };
const added = 0;
const signalled = 1;

export default scenario({
  setup: () => newReservation(size, 5),
  agents: {
    writer: (world) => {
      const agent = agentIn(world, 0);
      for (const point of world.points) {
        const number = point.seqno - base;
        add(agent, world.at, point, usages[(number - 1) % usages.length] ?? 0);
        store(agent.words, scratchAt(world, added), number);
        if (number !== 2) continue;
        store(agent.words, scratchAt(world, signalled), 1);
        signal(agent, world.writer, base + 1);
      }
      return 'done';
    },
    collector: (world) => {
      const least = load(world.memory.words, scratchAt(world, added));
      const found = collect(world, USAGE_BOOKKEEP);
      const over = load(world.memory.words, scratchAt(world, signalled));
      for (let seqno = over + 1; seqno <= least; seqno++) assert(found.includes(seqno), `Point ${seqno} is in force.`);
      const awaited = collect(world, usageBefore(true));
      assert(!awaited.includes(3), 'Nobody waits for bookkeeping.');
      return [found, awaited];
    },
  },
  afterDeath: (world) => void collect(world, USAGE_READ),
  describeWord: describeWordOf(size),
  options: {
    killAgents: ['writer'],
    preemptions: 2,
    patches: [oneTicket, shrink('src/reservation/reservation.ts', 'compactFrom', 2), fewPoints],
  },
});
