/** A child sits down while its parent's end is proven; the child dies at any step, and nobody who made it can say so. */
import { scenario } from 'fenceline/check';
import { declareStopped, findStopped, reserveSeat } from '#fenceline/cells/agent.js';
import { nobody } from '#fenceline/cells/slot.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertSeatsFree, newSeats, parentIndex, size, stay } from './seats.ts';

export default scenario({
  setup: newSeats,
  agents: {
    child: (world) => stay(world, world.seat),
    stranger: (world) => {
      const seat = reserveSeat(world.memory, nobody);
      return seat === undefined ? 'no seat' : stay(world, seat);
    },
    undertaker: (world) => declareStopped(agentIn(world, 0), parentIndex, 0),
  },
  afterDeath: (world) => findStopped(agentIn(world, 0)),
  // A claim may stay: it is a dead thread's, and hinders nobody.
  after: assertSeatsFree,
  describeWord: describeWordOf(size),
  options: { killAgents: ['child', 'stranger'], preemptions: 1, patches: [oneTicket] },
});
