/** A parent leaves while its child sits down and stays; either may die at any step, and the one who knows proves it. */
import { scenario } from 'fenceline/check';
import { askToQuit, declareStopped, findStopped, leave } from '#fenceline/cells/agent.js';
import { agentIn, describeWordOf, oneTicket } from '../world.ts';
import { assertSeatsFree, childIndex, newSeats, parentIndex, size, stay } from './seats.ts';

export default scenario({
  setup: newSeats,
  agents: {
    parent: (world) => {
      leave(world.parent);
      return 'left';
    },
    child: (world) => stay(world, world.seat),
  },
  afterDeath: (world, dead) => {
    const agent = agentIn(world, 0);
    askToQuit(world.memory, 1);
    findStopped(agent);
    // The creator of a thread learns of its end in every case; others can prove it once the thread has named itself.
    declareStopped(agent, dead === 'child' ? childIndex : parentIndex, 0);
  },
  after: (world, { parent }) => {
    assertSeatsFree(world);
    if (parent === undefined) return;
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
