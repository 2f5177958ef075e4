/**
 * Sleeping until something is true: the synchronous half, on this agent's doorbell.
 *
 * Sleeps are sliced. After a few milliseconds each slice ends with a look whether agents stopped, because a blocked
 * thread gets no 'exit' event: without it, waiting for a dead agent would never end.
 *
 * Not here: the asynchronous half (pump.ts), and what is waited for.
 */
import { A_ARMED, A_RING } from '../base/layout.ts';
import { and, load, or, sleep } from './cell.ts';
import { now } from './clock.ts';
import { flushBatch } from './doorbell.ts';
import type { Agent } from './memory.ts';
import { agentAt } from './memory.ts';
import { queuePump } from './pump.ts';
import { TRACE_SLEEP, TRACE_WAKE, trace } from './trace.ts';

const ARMED_SYNC = 1;
const firstSliceMs = 5;
const lastSliceMs = 100;

/**
 * Blocks until `poll` returns true. `poll` registers this agent's interest (again) and looks at the truth; it is called
 * after the doorbell word was read and armed, so that no ring between a look and the sleep is lost.
 * Context: a thread that may block; rings held back by a batch are sent first.
 * Outcomes: true, or false once `deadline` (on the clock of `now`) has passed.
 */
export function sleepUntil(agent: Agent, poll: (agent: Agent) => boolean, deadline: number): boolean {
  const at = agentAt(agent, agent.index);
  let sliceMs = firstSliceMs;
  let isOver = false;
  for (;;) {
    const value = load(agent.words, at + A_RING);
    or(agent.words, at + A_ARMED, ARMED_SYNC);
    isOver = poll(agent);
    if (isOver) break;
    const leftMs = deadline - now();
    if (!(leftMs > 0)) break;
    // A look may ring others, and they may be those that we wait for.
    flushBatch(agent);
    trace(agent, TRACE_SLEEP, 0, 0, 0, 0);
    sleep(agent.words, at + A_RING, value, Math.min(sliceMs, leftMs));
    trace(agent, TRACE_WAKE, 0, 0, 0, 0);
    and(agent.words, at + A_ARMED, ~ARMED_SYNC);
    sliceMs = Math.min(sliceMs * 2, lastSliceMs);
    if (sliceMs > 2 * firstSliceMs) agent.pump.checkLives(agent);
  }
  and(agent.words, at + A_ARMED, ~ARMED_SYNC);
  // Rings that were meant for asynchronous waiters may have ended our sleep instead of their own.
  queuePump(agent);
  return isOver;
}
