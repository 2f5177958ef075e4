/** Two agents repair after the same dead one, a third sits down on the freed seat; any of them may die too. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { A_STATE, H_REPAIRS, TIMELINE_WORDS, TL_REFS, TL_STATE } from '#fenceline/base/layout.js';
import { declareStopped, findStopped, leave, reserveSeat, takeSeat } from '#fenceline/cells/agent.js';
import { load } from '#fenceline/cells/cell.js';
import { AGENT_FREE, agentAt, agentStateOf } from '#fenceline/cells/memory.js';
import { claimSlot, FREE, nobody, stateOf } from '#fenceline/cells/slot.js';
import { pointStatus } from '#fenceline/fence/points.js';
import { createTimeline, dropTimeline, holdTimeline, issue, timelineAt } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { openTicket } from '#fenceline/lock/ticket.js';
import { tryAcquire } from '#fenceline/lock/ww-lock.js';
import { agentIn, agentOver, bury, describeWordOf, lockAt, newWorld, oneTicket, type World } from '../world.ts';

const size = { seated: 4, timelines: 2 };
const names = ['first', 'second'];
/** Above its repairers, below the keeper: whoever looks for the dead in order meets a dead repairer first. */
const deadIndex = 2;

interface DeadWorld extends World {
  /** What the dead agent promised. */
  readonly point: { readonly timeline: number; readonly generation: number; readonly seqno: number };
  /** Agents that the repairs found dead, with the moment of their look. */
  readonly word: number;
}

/** One agent stopped with a timeline open, a slot claimed and a lock held. */
function newDeath(): DeadWorld {
  const world = newWorld(size);
  const dead = agentIn(world, deadIndex);
  const writer = createTimeline(dead);
  const point = { timeline: writer.timeline, generation: writer.generation, seqno: issue(dead, writer) };
  holdTimeline(agentIn(world, 3), point.timeline, point.generation);
  claimSlot(dead.words, world.layout.timelines, TIMELINE_WORDS, 2, 1, deadIndex);
  tryAcquire(dead, lockAt(world, 0), openTicket(dead));
  return { ...world, point, word: 0 };
}

/** Sits down where there is room, holds the dead agent's timeline, and must keep that hold whoever repairs. */
function newcomer(world: DeadWorld): string {
  const seat = reserveSeat(world.memory, nobody);
  if (seat === undefined) return 'no seat';
  assert(takeSeat(world.memory, seat));
  const agent = agentOver(world.memory, seat.index, seat.incarnation);
  const isHeld = holdTimeline(agent, world.point.timeline, world.point.generation);
  assert(isHeld, 'The keeper holds the timeline.');
  const refs = load(agent.words, timelineAt(agent, world.point.timeline) + TL_REFS);
  assert((refs & (1 << seat.index)) !== 0, 'A repair of the seat it was does not touch the agent that it is.');
  dropTimeline(agent, world.point.timeline, seat.index);
  leave(agent);
  return 'stayed';
}

export default scenario({
  setup: newDeath,
  agents: {
    first: (world) => {
      declareStopped(agentIn(world, 0), deadIndex, 0);
      return 'done';
    },
    second: (world) => {
      declareStopped(agentIn(world, 1), deadIndex, 0);
      waitPoints(agentIn(world, 1), [world.point], Number.POSITIVE_INFINITY);
      return pointStatus(world.memory, world.point);
    },
    newcomer,
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { second, newcomer: stayed }) => {
    const { words } = world.memory;
    assert.equal(
      agentStateOf(words[agentAt(world.memory, deadIndex) + A_STATE] ?? 0),
      AGENT_FREE,
      'The repair came to its end.',
    );
    assert.equal(
      pointStatus(world.memory, world.point),
      -codeNumber('EOWNERDEAD'),
      'What the dead agent owed has failed.',
    );
    if (second !== undefined) assert.equal(second, -codeNumber('EOWNERDEAD'));
    assert.notEqual(stayed, undefined);
    const at = world.layout.timelines;
    assert.equal(words[at + TL_REFS], 1 << 3, 'Only the keeper holds the timeline.');
    assert.equal(stateOf(words[at + TIMELINE_WORDS + TL_STATE] ?? 0), FREE, 'What was being built is free.');
    assert((words[H_REPAIRS] ?? 0) >= 1);
    findStopped(agentIn(world, 3));
  },
  describeWord: describeWordOf(size),
  options: { killAgents: ['first', 'second'], preemptions: 1, patches: [oneTicket] },
});
