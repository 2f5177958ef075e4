/**
 * Doorbells: one futex word per agent, and no other futex in the library (design section 5, facts/protocols.md 2.2).
 *
 * ring(a):  add(ring, 1); if load(armed) != 0: notify all.
 * sleep(a): v = load(ring); or(armed, bit); look at the truth; not yet? wait(ring, v).
 * No wake-up is lost: the ringer changes the truth before it rings. If its load of `armed` came before our `or`, then
 * its add came before our look, and we see the truth; otherwise it notifies, and if our wait has not begun by then, the
 * ring word differs from v. The ring word wraps after 2^32 rings between two lines of ours; waits are sliced anyway.
 *
 * Rings of an agent that died after its commit and before its ring are healed by ringing all after every repair.
 */
import { A_ARMED, A_HINTS, A_RING, A_STATE, HINT_WORDS } from '../base/layout.ts';
import { add, load, notifyAll, or } from './cell.ts';
import type { AgentSet } from './interest.ts';
import { popAgent } from './interest.ts';
import type { Agent } from './memory.ts';
import { AGENT_LIVE, agentAt, agentStateOf } from './memory.ts';
import { queuePump } from './pump.ts';

/** How many different hints there are: things to look at are told apart modulo this. */
export const hintCount: number = HINT_WORDS * 32;

/** Wakes the agents of the set (and empties it), each told where to look; -1: everywhere that has no hint. */
export function ringAgents(agent: Agent, set: AgentSet, hint: number): void {
  for (let index = popAgent(set); index >= 0; index = popAgent(set)) ring(agent, index, hint);
}

/** Wakes one agent, or notes it for the end of the batch. Context: no lock held, the truth is already changed. */
export function ring(agent: Agent, index: number, hint: number): void {
  if (hint >= 0) {
    or(agent.words, agent.layout.hints + index * HINT_WORDS + (hint >>> 5), 1 << (hint & 31));
    or(agent.words, agentAt(agent, index) + A_HINTS, 1 << (hint >>> 5));
  }
  if (agent.batch !== undefined) {
    if (index < 30) agent.batch.first |= 1 << index;
    else agent.batch.rest |= 1 << (index - 30);
    return;
  }
  ringNow(agent, index);
}

/** Wakes every live agent: after a repair, when hints and interest words may have lost somebody. */
export function ringAll(agent: Agent): void {
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    if (agentStateOf(load(agent.words, agentAt(agent, index) + A_STATE)) === AGENT_LIVE) ringNow(agent, index);
  }
}

/** Runs `fn`, holding back its rings: each agent is woken once, at the end or before a wait inside. */
export function batched<R>(agent: Agent, fn: () => R): R {
  agent.batch ??= { depth: 0, first: 0, rest: 0 };
  const batch = agent.batch;
  batch.depth++;
  try {
    return fn();
  } finally {
    batch.depth--;
    if (batch.depth === 0) {
      flushBatch(agent);
      agent.batch = undefined;
    }
  }
}

/** Rings who was held back. A batch that waits for what it would wake must do this first, or it waits for ever. */
export function flushBatch(agent: Agent): void {
  const batch = agent.batch;
  if (batch === undefined) return;
  const set: AgentSet = { first: batch.first, rest: batch.rest };
  batch.first = 0;
  batch.rest = 0;
  for (let index = popAgent(set); index >= 0; index = popAgent(set)) ringNow(agent, index);
}

function ringNow(agent: Agent, index: number): void {
  if (index === agent.index) {
    // Our own waiters, and we are awake: no futex needed.
    queuePump(agent);
    return;
  }
  const at = agentAt(agent, index);
  add(agent.words, at + A_RING, 1);
  if (load(agent.words, at + A_ARMED) !== 0) notifyAll(agent.words, at + A_RING);
}
