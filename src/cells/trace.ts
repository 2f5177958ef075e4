/**
 * Trace rings: what happened, per agent, in shared memory; free when off (a branch on a constant of the agent).
 *
 * Each ring has one writer. An event is four words: microseconds since the space began (32 bits), kind and two values.
 * The count of events only grows; old ones are overwritten, and readers say how many were lost.
 * Not here: what the kinds are called and how they are drawn (trace-view.ts).
 */
import { A_TRACED, TRACE_WORDS } from '../base/layout.ts';
import { load, store } from './cell.ts';
import { now } from './clock.ts';
import type { Agent, Memory } from './memory.ts';
import { agentAt } from './memory.ts';

export const TRACE_SUBMIT = 1;
export const TRACE_BEGIN = 2;
export const TRACE_END = 3;
export const TRACE_SIGNAL = 4;
export const TRACE_WAIT = 5;
export const TRACE_WAKE = 6;

export interface TraceEvent {
  readonly agent: number;
  readonly kind: number;
  readonly atUs: number;
  readonly first: number;
  readonly second: number;
}

/** Notes an event of this agent. */
export function trace(agent: Agent, kind: number, first: number, second: number): void {
  const capacity = agent.layout.limits.traceEvents;
  if (capacity === 0) return;
  const { words } = agent;
  const counter = agentAt(agent, agent.index) + A_TRACED;
  const count = load(words, counter);
  const at = eventAt(agent, agent.index, count % capacity);
  store(words, at, ((now() - agent.traceOrigin) * 1000) | 0);
  store(words, at + 1, kind);
  store(words, at + 2, first);
  store(words, at + 3, second);
  store(words, counter, (count + 1) & 0x7fffffff);
}

/** Events of one agent that are still in its ring, oldest first, and how many were lost. */
export function readTrace(memory: Memory, agentIndex: number): { events: TraceEvent[]; lost: number } {
  const capacity = memory.layout.limits.traceEvents;
  const { words } = memory;
  const count = load(words, agentAt(memory, agentIndex) + A_TRACED);
  const events: TraceEvent[] = [];
  const kept = Math.min(count, capacity);
  for (let index = count - kept; index < count; index++) {
    const at = eventAt(memory, agentIndex, index % capacity);
    events.push({
      agent: agentIndex,
      atUs: load(words, at) >>> 0,
      kind: load(words, at + 1),
      first: load(words, at + 2),
      second: load(words, at + 3),
    });
  }
  return { events, lost: count - kept };
}

function eventAt(memory: Memory, agentIndex: number, index: number): number {
  return memory.layout.traces + (agentIndex * memory.layout.limits.traceEvents + index) * TRACE_WORDS;
}
