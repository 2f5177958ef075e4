/** A parent takes back the seat of a child that may be about to sit down, and another parent wants one for a child too. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leave, reserveSeat, withdrawSeat } from '#fenceline/cells/agent.js';
import { describeWordOf, oneTicket } from '../world.ts';
import { assertSeatsFree, newSeats, size, stay } from './seats.ts';

/** It stays, and its child is the thread that asks for the seat: a seat of nobody's is claimed by its thread. */
const otherParent = 1;

export default scenario({
  setup: newSeats,
  agents: {
    parent: (world) => {
      const isWithdrawn = withdrawSeat(world.memory, world.seat);
      leave(world.parent);
      return isWithdrawn;
    },
    child: (world) => stay(world, world.seat),
    other: (world) => {
      const seat = reserveSeat(world.memory, otherParent);
      return seat === undefined ? 'no seat' : stay(world, seat);
    },
  },
  after: (world, { parent, child, other }) => {
    assert.equal(child, parent ? 'refused' : 'stayed', 'Either it is taken back or it is taken.');
    assert(other === 'stayed' || other === 'no seat');
    assertSeatsFree(world);
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
