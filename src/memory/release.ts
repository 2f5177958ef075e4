/**
 * Releasing a closed buffer when its last fence is over.
 *
 * Jobs release what they used last by themselves (schedule/complete.ts). Other fences need somebody who waits for them:
 * the agent that closed the buffer; if it stops, the agent that repairs after it. An agent that leaves in good order
 * takes its watch with it: `sweepClosed` finds such buffers before somebody is told that there is no room.
 *
 * Not here: what releasing means (placement.ts).
 */
import { B_STATE } from '../base/layout.ts';
import { bufferAt, lockOf, reservationOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import { CLOSED, stateOf } from '../cells/slot.ts';
import { watchPoints } from '../fence/watch.ts';
import { holderOf } from '../lock/ww-lock.ts';
import { pendingPoints, USAGE_BOOKKEEP } from '../reservation/reservation.ts';
import { repairFilling } from './filling.ts';
import { unpin } from './pins.ts';
import { returnDeads, tryRelease } from './placement.ts';

/** Gives a closed buffer back, now or from this agent's event loop. Does nothing for one that is not closed. */
export function releaseWhenIdle(agent: Agent, buffer: number): void {
  while (!tryRelease(agent, buffer)) {
    const pending = pendingPoints(agent, reservationOf(agent, buffer), USAGE_BOOKKEEP);
    if (pending.length > 0) {
      // A thread that is leaving releases what it can, and waits for nothing any more.
      if (!agent.pump.isClosed) watchPoints(agent, pending, () => lookAgain(agent, buffer));
      return;
    }
    // Whoever holds the lock looks at the buffer after giving it back. Not held: the last fence ended just now.
    if (holderOf(agent, lockOf(agent, buffer)) >= 0) return;
  }
}

/** From the event loop: the thread may have left meanwhile, and then it touches nothing. */
function lookAgain(agent: Agent, buffer: number): void {
  if (!agent.pump.isClosed) releaseWhenIdle(agent, buffer);
}

/**
 * Buffers that a stopped agent was freeing go back to being closed; what it pinned may move again; of all that are closed somebody waits for the last
 * fence from here on. After `repairHeaps`.
 */
export function repairPlacements(agent: Agent, deadIndex: number): void {
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    returnDeads(agent, buffer, deadIndex);
    unpin(agent, buffer, deadIndex);
    repairFilling(agent, buffer, deadIndex);
    if (stateOf(load(agent.words, bufferAt(agent, buffer) + B_STATE)) === CLOSED) releaseWhenIdle(agent, buffer);
  }
}
