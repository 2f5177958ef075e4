/** A parent leaves while its child takes the seat that was kept for it, and another parent wants one for a child too. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leave, reserveSeat } from '#fenceline/cells/agent.js';
import { describeWordOf, oneTicket } from '../world.ts';
import { assertSeatsFree, newSeats, size, stay } from './seats.ts';

/** It stays, and its child is the thread that asks for the seat. */
const otherParent = 1;

export default scenario({
  setup: newSeats,
  agents: {
    parent: (world) => leave(world.parent),
    child: (world) => stay(world, world.seat),
    other: (world) => {
      const seat = reserveSeat(world.memory, otherParent);
      return seat === undefined ? 'no seat' : stay(world, seat);
    },
  },
  after: (world, { child, other }) => {
    assert(child === 'stayed' || child === 'refused');
    assert(other === 'stayed' || other === 'no seat', 'While both seats are given back there may be none.');
    assertSeatsFree(world);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
