/** Seats: kept for a child, taken, given back, left in good order; asking somebody to stop. */
import assert from 'node:assert/strict';
import { createBuffer } from '#fenceline/buffer/buffer.js';
import {
  askToQuit,
  findStopped,
  isAskedToQuit,
  isPresent,
  leave,
  reserveSeat,
  takeSeat,
  withdrawSeat,
} from '#fenceline/cells/agent.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { createTimeline, issue } from '#fenceline/fence/timeline.js';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { killed } from './killed.ts';

/** Another agent in the same thread, as a worker would be in its own. */
function seated(agent: Agent, index: number, incarnation: number): Agent {
  return { ...agent, index, incarnation, cursors: new Map(), batch: undefined };
}

export default killed((_space, agent) => {
  const withdrawn = reserveSeat(agent, agent.index);
  assert(withdrawn !== undefined);
  assert(withdrawSeat(agent, withdrawn));
  const seat = reserveSeat(agent, agent.index);
  assert(seat !== undefined);
  assert(takeSeat(agent, seat));
  assert(isPresent(agent, seat.index, seat.incarnation));
  const child = seated(agent, seat.index, seat.incarnation);
  askToQuit(agent, child.index);
  assert(isAskedToQuit(child));
  createBuffer(child, 64, 1, 0);
  issue(child, createTimeline(child));
  openLockSet(child);
  leave(child);
  assert(!isPresent(agent, seat.index, seat.incarnation));
  findStopped(agent);
});
