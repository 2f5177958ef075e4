/**
 * Sets of agents in two words: agents 0-29 and the bit "look at the other word", then agents 30-61.
 *
 * The fast path of every signal reads the first word alone. Bits are set in the order overflow, then flag, so that
 * whoever sees the flag finds the bit. A set is a hint unless its user says otherwise: after a repair all agents are rung.
 */

import type { Words } from './cell.ts';
import { and, exchange, load, or } from './cell.ts';

const firstWordAgents = 30;
const further = 1 << firstWordAgents;

/** Adds an agent to the set. */
export function addAgent(words: Words, at: number, overflowAt: number, agentIndex: number): void {
  if (agentIndex < firstWordAgents) {
    or(words, at, 1 << agentIndex);
    return;
  }
  or(words, overflowAt, 1 << (agentIndex - firstWordAgents));
  or(words, at, further);
}

/**
 * Removes an agent; the flag "further" may stay behind, which costs a look and nothing else.
 * Outcomes: whether it was in the set.
 */
export function removeAgent(words: Words, at: number, overflowAt: number, agentIndex: number): boolean {
  if (agentIndex < firstWordAgents) return (and(words, at, ~(1 << agentIndex)) & (1 << agentIndex)) !== 0;
  const bit = 1 << (agentIndex - firstWordAgents);
  return (and(words, overflowAt, ~bit) & bit) !== 0;
}

/** Agents in the set, as bits 0-29 of the first number and 0-31 of the second. */
export interface AgentSet {
  first: number;
  rest: number;
}

/** Empties the set and returns who was in it. */
export function takeAgents(words: Words, at: number, overflowAt: number): AgentSet {
  const first = exchange(words, at, 0);
  const rest = first & further ? exchange(words, overflowAt, 0) : 0;
  return { first: first & ~further, rest };
}

/**
 * Empties the set but for one agent, and returns who was in it, that one too. For an agent that rings others while it is about to sleep itself:
 * what it would miss between taking itself out and entering again would ring nobody.
 */
export function takeOthers(words: Words, at: number, overflowAt: number, agentIndex: number): AgentSet {
  if (agentIndex < firstWordAgents) {
    const first = and(words, at, 1 << agentIndex);
    const rest = first & further ? exchange(words, overflowAt, 0) : 0;
    return { first: first & ~further, rest };
  }
  const first = and(words, at, further);
  const rest = first & further ? and(words, overflowAt, 1 << (agentIndex - firstWordAgents)) : 0;
  return { first: first & ~further, rest };
}

/** Who is in the set. */
export function readAgents(words: Words, at: number, overflowAt: number): AgentSet {
  const first = load(words, at);
  const rest = first & further ? load(words, overflowAt) : 0;
  return { first: first & ~further, rest };
}

export function isAgentIn(set: AgentSet, agentIndex: number): boolean {
  if (agentIndex < firstWordAgents) return (set.first & (1 << agentIndex)) !== 0;
  return (set.rest & (1 << (agentIndex - firstWordAgents))) !== 0;
}

/** Takes this agent out of a local copy of a set. Outcomes: whether it was in it. */
export function dropFromSet(set: AgentSet, agentIndex: number): boolean {
  const wasIn = isAgentIn(set, agentIndex);
  if (agentIndex < firstWordAgents) set.first &= ~(1 << agentIndex);
  else set.rest &= ~(1 << (agentIndex - firstWordAgents));
  return wasIn;
}

/** Takes one agent out of a local copy of a set. Outcomes: its index, or -1 from an empty set. */
export function popAgent(set: AgentSet): number {
  if (set.first !== 0) {
    const index = 31 - Math.clz32(set.first & -set.first);
    set.first &= set.first - 1;
    return index;
  }
  if (set.rest === 0) return -1;
  const index = 31 - Math.clz32(set.rest & -set.rest);
  set.rest &= set.rest - 1;
  return index + firstWordAgents;
}
