/** Flags that agents raise for each other, and the doorbells that say so. */
import { A_STATE } from '#fenceline/base/layout.js';
import { load, store } from '#fenceline/cells/cell.js';
import { ring } from '#fenceline/cells/doorbell.js';
import { AGENT_LIVE, agentAt, agentStateOf } from '#fenceline/cells/memory.js';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { agentIn, scratchAt, type World } from '../world.ts';

/** Raises a flag and rings the one who wants to know. */
export function raise(world: World, index: number, flag: number, whom: number, hint = -1): void {
  const agent = agentIn(world, index);
  store(agent.words, scratchAt(world, flag), 1);
  ring(agent, whom, hint);
}

export function isRaised(world: World, flag: number): boolean {
  return load(world.memory.words, scratchAt(world, flag)) === 1;
}

/** A flag is over when it is raised, or when the one who should raise it is gone. */
export function isOver(world: World, flag: number, by: number): boolean {
  if (isRaised(world, flag)) return true;
  return agentStateOf(load(world.memory.words, agentAt(world.memory, by) + A_STATE)) !== AGENT_LIVE;
}

export function sleepFor(world: World, index: number, isDone: () => boolean): void {
  sleepUntil(agentIn(world, index), () => isDone(), Number.POSITIVE_INFINITY);
}

/** Calls `then` once from the event loop of the agent when the flag is over. */
export function watchFlag(world: World, index: number, flag: number, by: number, hint: number, then: () => void): void {
  addWaiter(agentIn(world, index), {
    hint,
    order: nextWaiterOrder(),
    poll: () => isOver(world, flag, by),
    run: then,
  });
}
