/**
 * Taking a dump: a look at the whole space, without a lock.
 *
 * Each heap, buffer, job and ticket is right for itself, as far as trying a few times makes it so; the dump as a whole is of no
 * single moment, for the others go on meanwhile: a buffer may stand in two blocks, or name one that is free by now.
 */

import { A_PARENT, A_QUIT, A_STATE, H_SUBMITTED } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import { now, sharedNow } from '../cells/clock.ts';
import {
  AGENT_DEAD,
  AGENT_JOINING,
  AGENT_LEAVING,
  AGENT_LIVE,
  AGENT_REPAIRING,
  agentAt,
  agentStateOf,
} from '../cells/memory.ts';
import { nobody } from '../cells/slot.ts';
import type { Core } from '../core.ts';
import { accountStats, accountTokens } from '../memory/account.ts';
import { coreOf, type Space } from '../space.ts';
import { buffersOf, finite } from './buffers.ts';
import {
  type AgentDump,
  type ClientDump,
  dumpFormat,
  dumpVersion,
  type HistoryDump,
  type MemoryDump,
} from './format.ts';
import { heapsOf } from './heaps.ts';
import { historyOf } from './history.ts';
import { jobsOf } from './jobs.ts';
import { transactionsOf } from './transactions.ts';

/**
 * What the space holds, where, and why it cannot be moved: plain data, for `JSON.stringify`, `fenceline memory` and
 * `drawMemory`. Context: at any time, with locks held or not; it takes none, waits for nobody and changes nothing. It takes time
 * in proportion to the tables of the space, and to the trace rings if there are some.
 * Outcomes: the dump; throws EINVAL if the space is closed.
 */
export function dumpMemory(space: Space): MemoryDump {
  const core = coreOf(space);
  return takeDump(core, historyOf(core));
}

/** The same, with another history: reading all rings takes longer than the rest. */
export function takeDump(core: Core, history: HistoryDump | null): MemoryDump {
  const { agent, data } = core;
  return {
    format: dumpFormat,
    version: dumpVersion,
    takenAtMs: sharedNow(),
    ageMs: now() - agent.traceOrigin,
    space: data.id,
    isShared: agent.isShared,
    agent: agent.index,
    submitted: load(agent.words, H_SUBMITTED) >>> 0,
    heaps: heapsOf(core),
    buffers: buffersOf(core),
    clients: clientsOf(core),
    agents: agentsOf(core),
    jobs: jobsOf(core),
    transactions: transactionsOf(core),
    history,
  };
}

const agentStates: ReadonlyMap<number, AgentDump['state']> = new Map([
  [AGENT_JOINING, 'joining'],
  [AGENT_LIVE, 'live'],
  [AGENT_LEAVING, 'leaving'],
  [AGENT_DEAD, 'stopped'],
  [AGENT_REPAIRING, 'stopped'],
]);

function clientsOf({ agent }: Core): ClientDump[] {
  const found: ClientDump[] = [];
  for (const token of accountTokens(agent)) {
    const stats = accountStats(agent, token);
    if (stats === undefined) continue;
    const { name, budgetBytes, usedBytes, peakBytes, priority } = stats;
    found.push({ name, budgetBytes: budgetBytes ?? null, usedBytes, peakBytes, priority: finite(priority) });
  }
  return found;
}

function agentsOf({ agent }: Core): AgentDump[] {
  const { words, layout } = agent;
  const found: AgentDump[] = [];
  for (let index = 0; index < layout.limits.agents; index++) {
    const at = agentAt(agent, index);
    const state = agentStates.get(agentStateOf(load(words, at + A_STATE)));
    if (state === undefined) continue;
    const parent = load(words, at + A_PARENT) - 1;
    const isQuitting = load(words, at + A_QUIT) !== 0;
    found.push({ agent: index, state, isQuitting, parent: parent < 0 || parent === nobody ? null : parent });
  }
  return found;
}
