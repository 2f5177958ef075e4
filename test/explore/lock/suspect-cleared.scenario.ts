/** Whoever takes a suspect lock clears it while another one registers as a waiter: neither forgets what the other did. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { L_WORD } from '#fenceline/base/layout.js';
import { store } from '#fenceline/cells/cell.js';
import { describeWordOf, lockAt, oneTicket } from '../world.ts';
import { assertLocksAtRest, countOf, newLockWorld, noteHeldByDead, SUSPECT, takeAll } from './locks.ts';

const size = { seated: 2, buffers: 1 };

export default scenario({
  setup: () => {
    const world = newLockWorld(size);
    store(world.memory.words, lockAt(world, 0) + L_WORD, SUSPECT);
    noteHeldByDead(world, 0);
    return world;
  },
  agents: {
    left: (world) => takeAll(world, 0, [0]).deaths,
    right: (world) => takeAll(world, 1, [0]).deaths,
  },
  after: (world) => {
    assertLocksAtRest(world, undefined);
    assert.equal(countOf(world, 0), 2);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
