/** Two agents join at the same time and stay until the end: they sit on different seats. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_THREAD } from '#fenceline/base/layout.js';
import { isPresent, reserveSeat, takeSeat } from '#fenceline/cells/agent.js';
import { load } from '#fenceline/cells/cell.js';
import { agentAt } from '#fenceline/cells/memory.js';
import { identifyThread } from '#fenceline/cells/proof.js';
import { nobody } from '#fenceline/cells/slot.js';
import { describeWordOf, newWorld, oneTicket, type World } from '../world.ts';

const size = { seated: 1, agents: 3 };

function join(world: World): number {
  const seat = reserveSeat(world.memory, nobody);
  assert(seat, 'There are seats for both.');
  assert(takeSeat(world.memory, seat), 'Nobody else sits there.');
  assert(isPresent(world.memory, seat.index, seat.incarnation));
  const thread = load(world.memory.words, agentAt(world.memory, seat.index) + A_THREAD);
  assert.equal(thread, identifyThread().thread, 'Its proof names its own thread.');
  return seat.index;
}

export default scenario({
  setup: () => newWorld(size),
  agents: { first: join, second: join },
  after: (_world, { first, second }) => assert.deepEqual([first, second].sort(), [1, 2]),
  describeWord: describeWordOf(size),
  options: { patches: [oneTicket] },
});
