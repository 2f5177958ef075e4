/** Two tickets take two locks in opposite orders, and one agent dies at any step; few enough to run every schedule. A scenario for each class. */
import { scenario } from 'fenceline/check';
import type { Rule } from '#fenceline/lock/ticket.js';
import { describeWordOf, onlyTicket } from '../world.ts';
import { assertCounted, assertLocksAtRest, buryHolder, newPairWorld, takeAll } from './locks.ts';

/** The last seat is the repairer's. */
const size = { seated: 3, buffers: 2 };

export function twoByTwoKilled(rule: Rule) {
  return scenario({
    setup: () => newPairWorld(size, rule),
    agents: {
      older: (world) => takeAll(world, 0, [0, 1], world.older),
      younger: (world) => takeAll(world, 1, [1, 0], world.younger),
    },
    afterDeath: (world, dead) => buryHolder(world, dead === 'older' ? 0 : 1),
    after: (world, { older, younger }) => {
      const dead = older === undefined ? 0 : younger === undefined ? 1 : undefined;
      assertLocksAtRest(world, dead);
      assertCounted(world, [0, 1], dead === undefined ? 2 : 1, 2);
    },
    describeWord: describeWordOf(size),
    options: { strategy: 'por', killAgents: true, patches: onlyTicket },
  });
}
