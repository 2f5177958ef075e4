/** Agents that sit down, hold something, and leave. */
import assert from 'node:assert/strict';
import { A_ARMED, A_STATE, A_THREAD, TL_REFS, TL_REFS_OVERFLOW } from '#fenceline/base/layout.js';
import { isAskedToQuit, isPresent, leave, type Seat, takeSeat } from '#fenceline/cells/agent.js';
import { load, or } from '#fenceline/cells/cell.js';
import { isAgentIn, readAgents } from '#fenceline/cells/interest.js';
import {
  AGENT_FREE,
  AGENT_JOINING,
  AGENT_LIVE,
  type Agent,
  agentAt,
  agentStateOf,
  agentWord,
} from '#fenceline/cells/memory.js';
import { identifyThread } from '#fenceline/cells/proof.js';
import { nobody } from '#fenceline/cells/slot.js';
import { createTimeline, holdTimeline, type TimelineWriter, timelineAt } from '#fenceline/fence/timeline.js';
import { agentIn, agentOver, newWorld, type World } from '../world.ts';

// Agents 0 and 1 are there for others: 1 owns the timeline. The child's seat lies below its parent's, and so is reused first.
export const size = { seated: 2, agents: 4 };
export const childIndex = 2;
export const parentIndex = 3;

export interface SeatWorld extends World {
  readonly seat: Seat;
  readonly parent: Agent;
  readonly timeline: TimelineWriter;
}

/** Sits down, holds the timeline, looks whether all is as a live agent must find it, and leaves. */
export function stay(world: SeatWorld, seat: Seat): string {
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
  // What it still holds goes with it.
  leave(agent);
  return 'stayed';
}

/** A child's seat kept by its parent, and a timeline that agent 1 owns. */
export function newSeats(): SeatWorld {
  const world = newWorld(size);
  const { words } = world.memory;
  words[agentAt(world.memory, childIndex) + A_STATE] = agentWord(AGENT_JOINING, parentIndex, 0);
  words[agentAt(world.memory, parentIndex) + A_STATE] = agentWord(AGENT_LIVE, nobody, 0);
  const parent = agentOver(world.memory, parentIndex, 0);
  const seat = { index: childIndex, incarnation: 0 };
  return { ...world, seat, parent, timeline: createTimeline(agentIn(world, 1)) };
}

/** At the end both seats are free, and nobody holds the timeline but its owner. */
export function assertSeatsFree(world: SeatWorld): void {
  for (const index of [childIndex, parentIndex]) {
    const word = world.memory.words[agentAt(world.memory, index) + A_STATE] ?? 0;
    assert.equal(agentStateOf(word), AGENT_FREE, `Seat ${index} is free again.`);
  }
  const at = timelineAt(world.memory, world.timeline.timeline);
  assert.equal(world.memory.words[at + TL_REFS], 1 << 1, 'Only its owner holds the timeline.');
}
