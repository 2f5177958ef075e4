/** What a space must look like when nobody uses it any more: every table empty, every figure exact. */
import assert from 'node:assert/strict';
import {
  A_REDO,
  A_STATE,
  AC_STATE,
  ACCOUNT_WORDS,
  AGENT_WORDS,
  B_CONTENTS,
  B_LOCK,
  B_PINS,
  B_PLACEMENT,
  B_STATE,
  BUFFER_WORDS,
  C_STATE,
  CHUNK_WORDS,
  HEAP_WORDS,
  J_STATE,
  JOB_WORDS,
  L_WORD,
  O_IDLE,
  O_WORKERS,
  P_USED,
  SYNC_WORDS,
  T_STATE,
  TICKET_WORDS,
  TIMELINE_WORDS,
  USER_LOCK_WORDS,
} from '#fenceline/base/layout.js';
import { ticketsPerAgent } from '#fenceline/base/limits.js';
import { agentStateOf } from '#fenceline/cells/memory.js';
import { FREE, LIVE, stateOf } from '#fenceline/cells/slot.js';
import { checkAtRest, piecesOf } from '../../memory/check-heap.ts';
import type { Space } from './space-world.ts';

const vacant = 4;
const ownerMask = 0x0fffffff;

/** Throws unless every slot of every table is free, and no memory is in use. Agents may still be seated. */
export function assertEmpty(space: Space): void {
  const { layout } = space;
  for (let job = 0; job < layout.limits.jobs; job++) {
    assertFree(space, layout.jobs + job * JOB_WORDS + J_STATE, `job slot ${job}`);
  }
  for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
    const at = layout.buffers + buffer * BUFFER_WORDS;
    assertFree(space, at + B_STATE, `buffer ${buffer}`);
    assert.equal(wordOf(space, at + B_PLACEMENT), 0, `Buffer ${buffer} has no memory.`);
  }
  for (let chunk = 0; chunk < layout.limits.chunks; chunk++) {
    assertFree(space, layout.chunks + chunk * CHUNK_WORDS + C_STATE, `chunk ${chunk}`);
  }
  for (let timeline = 0; timeline < layout.limits.timelines; timeline++) {
    assertFree(space, layout.timelines + timeline * TIMELINE_WORDS, `timeline ${timeline}`);
  }
  for (let syncObject = 0; syncObject < layout.limits.syncObjects; syncObject++) {
    assertFree(space, layout.syncObjects + syncObject * SYNC_WORDS, `sync object ${syncObject}`);
  }
  for (let lock = 0; lock < layout.limits.locks; lock++) {
    assertFree(space, layout.locks + lock * USER_LOCK_WORDS, `lock ${lock}`);
  }
  for (let account = 0; account < layout.limits.clients; account++) {
    assertFree(space, layout.accounts + account * ACCOUNT_WORDS + AC_STATE, `account ${account}`);
  }
  assertAtRest(space);
  for (let heap = 0; heap < layout.limits.heaps; heap++) {
    assert.equal(wordOf(space, layout.heaps + heap * HEAP_WORDS + P_USED), 0, `No memory of heap ${heap} is in use.`);
  }
}

/** Throws unless nothing is half done: no lock held, no ticket of a transaction open, heaps exact, nothing names the dead. */
export function assertAtRest(space: Space): void {
  const { layout } = space;
  for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
    const word = wordOf(space, layout.buffers + buffer * BUFFER_WORDS + B_LOCK + L_WORD);
    assert.equal(word & ownerMask, 0, `Nobody holds the lock of buffer ${buffer}.`);
  }
  for (let id = 0; id < layout.limits.agents * ticketsPerAgent; id++) {
    // The last ticket of an agent is for admitting jobs, and stays open.
    if (id % ticketsPerAgent === ticketsPerAgent - 1) continue;
    assert.equal(wordOf(space, layout.tickets + id * TICKET_WORDS + T_STATE) & 1, 0, `Ticket ${id} is closed.`);
  }
  checkAtRest(space.memory);
  for (let heap = 0; heap < layout.limits.heaps; heap++) {
    for (const { block, state, owner } of piecesOf(space.memory, heap)) {
      if (state === vacant) continue;
      const placed = wordOf(space, layout.buffers + (owner - 1) * BUFFER_WORDS + B_PLACEMENT) - 1;
      assert.deepEqual([state, placed], [LIVE, block], `Block ${block}, which is in use, is where a buffer says.`);
    }
  }
  for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
    const pins = wordOf(space, layout.buffers + buffer * BUFFER_WORDS + B_PINS);
    for (let agent = 0; agent < layout.limits.agents; agent++) {
      const isGone = agentStateOf(wordOf(space, layout.agents + agent * AGENT_WORDS + A_STATE)) === FREE;
      assert(!isGone || (pins & (1 << agent)) === 0, `Agent ${agent}, which is gone, pins nothing.`);
    }
  }
  for (let agent = 0; agent < layout.limits.agents; agent++) {
    if (agentStateOf(wordOf(space, layout.agents + agent * AGENT_WORDS + A_STATE)) !== FREE) continue;
    const pool = layout.pools;
    const bit = 1 << agent;
    assert.equal(wordOf(space, pool + O_IDLE) & bit, 0, `Agent ${agent}, which is gone, is no idle worker.`);
    assert.equal(wordOf(space, pool + O_WORKERS) & bit, 0, `Agent ${agent}, which is gone, is no worker.`);
  }
}

/** Throws unless nothing is being published, no chunk is left of it, and the contents of all buffers are good. */
export function assertPublished(space: Space): void {
  const { layout } = space;
  for (let agent = 0; agent < layout.limits.agents; agent++) {
    assert.equal(wordOf(space, layout.agents + agent * AGENT_WORDS + A_REDO), 0, `Agent ${agent} publishes nothing.`);
  }
  for (let chunk = 0; chunk < layout.limits.chunks; chunk++) {
    assertFree(space, layout.chunks + chunk * CHUNK_WORDS + C_STATE, `chunk ${chunk}`);
  }
  for (let buffer = 0; buffer < layout.limits.buffers; buffer++) {
    assert.equal(wordOf(space, layout.buffers + buffer * BUFFER_WORDS + B_CONTENTS), 0, `Buffer ${buffer} is good.`);
  }
}

function assertFree(space: Space, at: number, what: string): void {
  const state = stateOf(wordOf(space, at));
  assert.equal(state, FREE, `The ${what} is free, not in state ${state}.`);
}

function wordOf({ memory }: Space, at: number): number {
  return memory.words[at] ?? 0;
}
