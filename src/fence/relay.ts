/**
 * Any-of: whoever relays waits for several sets of points at once and is told of the first that is over, once.
 *
 * A fence is over when all its points are; that one of several is cannot be said by points, so somebody has to say it: the
 * agent that relays, on a point of its own. It is told from its event loop, where only one thing happens at a time: of two
 * that are over at the same moment the one it registered first is met first, and takes the others back.
 * If the agent dies, its point fails like all that it owed.
 * Source: dma_fence_array with signal_on_any, which Linux had. Not here: which point is signalled (fence.ts).
 */
import type { Agent } from '../cells/memory.ts';
import type { Points } from './points.ts';
import { cancelWatch, type FenceWaiter, watchPoints } from './watch.ts';

/** A relay under way. */
interface Relay {
  readonly waiters: FenceWaiter[];
  isOver: boolean;
}

/** Calls `end` once, from this agent's event loop, with the index of a set that has no pending point: the first that is met. */
export function relayFirst(agent: Agent, sets: readonly Points[], end: (agent: Agent, index: number) => void): Relay {
  const relay: Relay = { waiters: [], isOver: false };
  for (let index = 0; index < sets.length; index++) {
    // `index` is below the length.
    const points = sets[index] as Points;
    relay.waiters.push(watchPoints(agent, points, () => finish(agent, relay, index, end)));
  }
  return relay;
}

/** Nothing is told any more. Outcomes: false if it was before. */
function stopRelay(relay: Relay): boolean {
  if (relay.isOver) return false;
  relay.isOver = true;
  for (const waiter of relay.waiters) cancelWatch(waiter);
  return true;
}

function finish(agent: Agent, relay: Relay, index: number, end: (agent: Agent, index: number) => void): void {
  if (stopRelay(relay)) end(agent, index);
}
