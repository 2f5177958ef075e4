/** Two threads join by themselves, and one dies at any step: what it had taken of a seat is free as soon as anybody looks. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_CLAIM, A_STATE, A_THREAD } from '#fenceline/base/layout.js';
import { findStopped, isPresent, reserveSeat, takeSeat } from '#fenceline/cells/agent.js';
import { load } from '#fenceline/cells/cell.js';
import { AGENT_FREE, agentAt, agentStateOf } from '#fenceline/cells/memory.js';
import { identifyThread } from '#fenceline/cells/proof.js';
import { nobody } from '#fenceline/cells/slot.js';
import { agentIn, describeWordOf, newWorld, oneTicket, type World } from '../world.ts';

const size = { seated: 1, agents: 3 };

function join(world: World): number {
  const seat = reserveSeat(world.memory, nobody);
  assert(seat, 'There are seats for both.');
  assert(takeSeat(world.memory, seat), 'Nobody else sits there.');
  assert(isPresent(world.memory, seat.index, seat.incarnation), 'A seated agent is present.');
  const thread = load(world.memory.words, agentAt(world.memory, seat.index) + A_THREAD);
  assert.equal(thread, identifyThread().thread, 'Its proof names its own thread.');
  return seat.index;
}

export default scenario({
  setup: () => newWorld(size),
  agents: { first: join, second: join },
  afterDeath: (world) => findStopped(agentIn(world, 0)),
  after: (world, { first, second }) => {
    for (const index of [1, 2]) {
      const at = agentAt(world.memory, index);
      const isTaken = index === first || index === second;
      assert.equal(world.memory.words[at + A_CLAIM], 0, 'Nobody claims a seat any more.');
      assert.equal(agentStateOf(world.memory.words[at + A_STATE] ?? 0) !== AGENT_FREE, isTaken, 'No seat is lost.');
    }
  },
  describeWord: describeWordOf(size),
  options: { killAgents: ['first', 'second'], patches: [oneTicket] },
});
