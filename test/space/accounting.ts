/**
 * What a space holds, counted from its tables: the tests' own eye, which trusts no counter of the library's.
 *
 * `expectAtRest` stands at the end of every test: after everything was disposed of, not a byte, block, slot, chunk,
 * ticket or lock may be left. Releases that end in other threads take a moment, so it looks again for a while.
 */

import type { Space } from 'fenceline';
import { expect } from 'vitest';
import {
  A_STATE,
  ACCOUNT_WORDS,
  AGENT_WORDS,
  B_LOCK,
  BLOCK_WORDS,
  BUFFER_WORDS,
  CHUNK_WORDS,
  H_MEMORY_WAIT,
  JOB_WORDS,
  K_HEAP,
  L_WORD,
  TICKET_WORDS,
  TIMELINE_WORDS,
} from '#fenceline/base/layout.js';
import { ticketsPerAgent } from '#fenceline/base/limits.js';
import { findStopped } from '#fenceline/cells/agent.js';
import { agentStateOf } from '#fenceline/cells/memory.js';
import { FREE, RETIRED, stateOf } from '#fenceline/cells/slot.js';
import type { Core } from '#fenceline/core.js';
import { blockState, heapAt, VACANT } from '#fenceline/memory/block-chain.js';
import { heapHolder } from '#fenceline/memory/heap-lock.js';
import { heapStats, usedBytes } from '#fenceline/memory/heap-stats.js';
import { coreOf } from '#fenceline/space.js';

export interface Accounts {
  usedBytes: number;
  /** Blocks in use. */
  blocks: number;
  buffers: number;
  jobs: number;
  chunks: number;
  tickets: number;
  timelines: number;
  /** Accounts that somebody has open. */
  clients: number;
  /** Locks that somebody holds. */
  locks: number;
  /** Heaps whose allocator somebody holds. */
  heapLocks: number;
  /** Pieces of free memory beyond one per heap. */
  fragments: number;
}

const nothing: Accounts = {
  usedBytes: 0,
  blocks: 0,
  buffers: 0,
  jobs: 0,
  chunks: 0,
  tickets: 0,
  timelines: 0,
  clients: 0,
  locks: 0,
  heapLocks: 0,
  fragments: 0,
};

/** Counts what is in use now, over all heaps and tables. */
export function accounting(space: Space): Accounts {
  const core = coreOf(space);
  const { words, layout } = core.agent;
  const heaps = core.heapNames.map((_, heap) => heap);
  return {
    usedBytes: sum(heaps.map((heap) => usedBytes(core.agent, heap))),
    blocks: countBlocks(core),
    buffers: countSlots(words, layout.buffers, BUFFER_WORDS, layout.limits.buffers),
    jobs: countSlots(words, layout.jobs, JOB_WORDS, layout.limits.jobs),
    chunks: countSlots(words, layout.chunks, CHUNK_WORDS, layout.limits.chunks),
    // The last ticket of an agent is the one it admits jobs with, and stays open.
    tickets: countWhere(
      layout.limits.agents * ticketsPerAgent,
      (at) =>
        at % ticketsPerAgent < ticketsPerAgent - 1 && ((words[layout.tickets + at * TICKET_WORDS] ?? 0) & 1) === 1,
    ),
    timelines: countSlots(words, layout.timelines, TIMELINE_WORDS, layout.limits.timelines),
    clients: countSlots(words, layout.accounts, ACCOUNT_WORDS, layout.limits.clients),
    locks: countWhere(
      layout.limits.buffers,
      (at) => ((words[layout.buffers + at * BUFFER_WORDS + B_LOCK + L_WORD] ?? 0) & 0xfff) !== 0,
    ),
    heapLocks: countWhere(heaps.length, (heap) => heapHolder(core.agent, heapAt(core.agent, heap)) >= 0),
    fragments: sum(heaps.map((heap) => heapStats(core.agent, heap).blockCount - 1)),
  };
}

/** Waits until nothing is held, and says what still is if that does not come. */
export async function expectAtRest(space: Space, withinMs: number = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  let left = accounting(space);
  while (performance.now() < deadline && !isNothing(left)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    left = accounting(space);
  }
  expect(left).toEqual(nothing);
  expect(coreOf(space).agent.words[H_MEMORY_WAIT] ?? 0).toBeLessThanOrEqual(2);
}

/** Places of agents that are not free. */
export function agentsPresent(space: Space): number {
  const { words, layout } = coreOf(space).agent;
  return countWhere(
    layout.limits.agents,
    (index) => agentStateOf(words[layout.agents + index * AGENT_WORDS + A_STATE] ?? 0) !== 0,
  );
}

/**
 * Waits until that many places of agents are taken: another agent may still repair what one that stopped left, and a thread
 * that was joined may stay listed by the system for a moment. Looks by itself: when nobody waits, nobody else does.
 */
export async function expectAgents(space: Space, count: number, note?: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  let present = agentsPresent(space);
  while (performance.now() < deadline && present !== count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    findStopped(coreOf(space).agent);
    present = agentsPresent(space);
  }
  expect(present, note).toBe(count);
}

function countBlocks(core: Core): number {
  const { agent } = core;
  return countWhere(agent.layout.limits.blocks, (block) => {
    const state = blockState(agent, block);
    return (
      state !== FREE && state !== VACANT && (agent.words[agent.layout.blocks + block * BLOCK_WORDS + K_HEAP] ?? 0) >= 0
    );
  });
}

function countSlots(words: Int32Array, table: number, slotWords: number, count: number): number {
  return countWhere(count, (index) => {
    const state = stateOf(words[table + index * slotWords] ?? 0);
    return state !== FREE && state !== RETIRED;
  });
}

function countWhere(count: number, isCounted: (index: number) => boolean): number {
  let counted = 0;
  for (let index = 0; index < count; index++) if (isCounted(index)) counted++;
  return counted;
}

function isNothing(accounts: Accounts): boolean {
  return sum(Object.values(accounts)) === 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
