/** A parent leaves while its child takes the seat that was kept for it, and another agent wants a seat too. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_ARMED, A_QUIT, A_RING, A_STATE, A_THREAD, TL_REFS, TL_REFS_OVERFLOW } from '#fenceline/base/layout.js';
import {
  askToQuit,
  declareStopped,
  findStopped,
  isAskedToQuit,
  isPresent,
  leave,
  reserveSeat,
  type Seat,
  takeSeat,
} from '#fenceline/cells/agent.js';
import { load, or } from '#fenceline/cells/cell.js';
import { isAgentIn, readAgents } from '#fenceline/cells/interest.js';
import { type Agent, AGENT_FREE, AGENT_JOINING, AGENT_LIVE, agentAt, agentStateOf, agentWord, incarnationOf } from '#fenceline/cells/memory.js';
import { identifyThread } from '#fenceline/cells/proof.js';
import { nobody } from '#fenceline/cells/slot.js';
import { createTimeline, dropTimeline, holdTimeline, timelineAt, type TimelineWriter } from '#fenceline/fence/timeline.js';
import { agentIn, agentOver, describeWordOf, newWorld, oneTicket, type World } from '../world.ts';

// Agents 0 and 1 are there for others: 1 owns the timeline. The child's seat lies below its parent's, and so is reused first.
const size = { seated: 2, agents: 4 };
const childIndex = 2;
const parentIndex = 3;

interface SeatWorld extends World {
  readonly seat: Seat;
  readonly parent: Agent;
  readonly timeline: TimelineWriter;
}

/** Sits down, holds the timeline, looks whether all is as a live agent must find it, and leaves. */
function stay(world: SeatWorld, seat: Seat): string {
  if (!takeSeat(world.memory, seat)) return 'refused';
  const agent = agentOver(world.memory, seat.index, seat.incarnation);
  const at = agentAt(agent, seat.index);
  or(agent.words, at + A_ARMED, 1);
  assert(holdTimeline(agent, world.timeline.timeline, world.timeline.generation), 'The timeline lives.');
  assert(isPresent(agent, seat.index, seat.incarnation), 'A seated agent is present.');
  assert.equal(load(agent.words, at + A_THREAD), identifyThread().thread, 'Its proof names its own thread.');
  assert.equal(load(agent.words, at + A_ARMED), 1, 'Nobody clears the armed bit of another.');
  assert(!isAskedToQuit(agent), 'It was not asked to quit.');
  const lineAt = timelineAt(agent, world.timeline.timeline);
  assert(
    isAgentIn(readAgents(agent.words, lineAt + TL_REFS, lineAt + TL_REFS_OVERFLOW), seat.index),
    'Nobody clears what a live agent holds.',
  );
  dropTimeline(agent, world.timeline.timeline, seat.index);
  leave(agent);
  return 'stayed';
}

export default scenario({
  setup: (): SeatWorld => {
    const world = newWorld(size);
    const { words } = world.memory;
    words[agentAt(world.memory, childIndex) + A_STATE] = agentWord(AGENT_JOINING, parentIndex, 0);
    words[agentAt(world.memory, parentIndex) + A_STATE] = agentWord(AGENT_LIVE, nobody, 0);
    const parent = agentOver(world.memory, parentIndex, 0);
    const seat = { index: childIndex, incarnation: 0 };
    return { ...world, seat, parent, timeline: createTimeline(agentIn(world, 1)) };
  },
  agents: {
    parent: (world) => leave(world.parent),
    child: (world) => stay(world, world.seat),
    other: (world) => {
      const seat = reserveSeat(world.memory, nobody);
      return seat === undefined ? 'no seat' : stay(world, seat);
    },
  },
  after: (world, { child, other }) => {
    assert(child === 'stayed' || child === 'refused');
    assert(other === 'stayed' || other === 'no seat', 'While both seats are given back there may be none.');
    for (const index of [childIndex, parentIndex]) {
      const word = world.memory.words[agentAt(world.memory, index) + A_STATE] ?? 0;
      assert.equal(agentStateOf(word), AGENT_FREE, `Seat ${index} is free again.`);
      assert(incarnationOf(word) <= 2);
    }
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
