/** Two tickets take two locks in opposite orders; few enough steps to run every schedule. A scenario for each class. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import type { Rule } from '#fenceline/lock/ticket.js';
import { describeWordOf, onlyTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newPairWorld, takeAll } from './locks.ts';

const size = { seated: 2, buffers: 2 };

export function twoByTwo(rule: Rule) {
  return scenario({
    setup: () => newPairWorld(size, rule),
    agents: {
      older: (world) => takeAll(world, 0, [0, 1], world.older, [0]),
      younger: (world) => takeAll(world, 1, [1, 0], world.younger, [0]),
    },
    after: (world) => {
      assertLocksAtRest(world, undefined);
      assert.equal(countOf(world, 0), 2);
    },
    describeWord: describeWordOf(size),
    options: { patches: onlyTicket },
  });
}
