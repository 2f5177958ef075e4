/** A tiny heap and its agents for explorations, with what must hold after every step and at the end. */
import assert from 'node:assert/strict';
import {
  A_ARMED,
  A_RING,
  A_STATE,
  AGENT_WORDS,
  B_PLACEMENT,
  BLOCK_WORDS,
  BUFFER_WORDS,
  HEAP_WORDS,
  K_NEXT,
  K_OWNER,
  K_PREVIOUS,
  K_START,
  K_STATE,
  layoutOf,
  P_FIRST,
  P_LOCK,
  P_USED,
} from '#fenceline/base/layout.js';
import { completeLimits } from '#fenceline/base/limits.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import { store } from '#fenceline/cells/cell.js';
import type { Agent, Memory } from '#fenceline/cells/memory.js';
import { AGENT_DEAD, AGENT_LIVE, agentWord } from '#fenceline/cells/memory.js';
import { createPump } from '#fenceline/cells/pump.js';
import { repairAccounts } from '#fenceline/memory/account.js';
import { blockSizeBytes, blockStartBytes } from '#fenceline/memory/allocator.js';
import { repairHeaps } from '#fenceline/memory/block-repair.js';
import { checkAtRest, piecesOf } from '../../memory/check-heap.ts';

export const unit = 64;
export const heapUnits = 16;
const limits = completeLimits({
  ...{ agents: 4, timelines: 1, jobs: 1, buffers: 4, blocks: 9, chunks: 1, heaps: 1, attachments: 1, clients: 2 },
});
const layout = layoutOf(limits);

/** What an agent was handed and has not given back. */
interface Held {
  readonly agent: number;
  readonly block: number;
  readonly start: number;
  readonly size: number;
}

export interface HeapWorld {
  readonly memory: Memory;
  readonly agents: readonly Agent[];
  held: readonly Held[];
}

/** Agents 0 to `count` - 1 are there, the last one keeps its seat for repairs; the heap is yet to be made. */
export function newWorld(count: number): HeapWorld {
  const buffer = new SharedArrayBuffer(layout.totalWords * 4);
  const words = new Int32Array(buffer);
  const stamps = new BigInt64Array(buffer, 0, 1);
  const wide = new BigInt64Array(buffer);
  const memory = { words, stamps, wide, bytes: new Uint8Array(buffer), layout, isShared: true };
  const agents: Agent[] = [];
  for (let index = 0; index < count; index++) {
    store(words, layout.agents + index * AGENT_WORDS + A_STATE, agentWord(AGENT_LIVE, index, 0));
    const cursors = new Map<number, number>();
    const repairs = [repairHeaps, repairAccounts];
    const own = { index, incarnation: 0, pump: createPump(nothing), repairs, cursors, traceOrigin: 0 };
    agents.push({ ...memory, ...own, payloads: [], tracer: undefined, batch: undefined });
  }
  return { memory, agents, held: [] };
}

export function agentIn(world: HeapWorld, index: number): Agent {
  const agent = world.agents[index];
  assert(agent);
  return agent;
}

export function place(agent: Agent, buffer: number, block: number): void {
  store(agent.words, layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT, block + 1);
}

/** The agent counts on this block from now on. */
export function hold(world: HeapWorld, agent: Agent, block: number): void {
  const [start, size] = [blockStartBytes(agent, block), blockSizeBytes(agent, block)];
  world.held = [...world.held, { agent: agent.index, block, start, size }];
}

export function letGo(world: HeapWorld, block: number): void {
  const kept: Held[] = [];
  for (const one of world.held) if (one.block !== block) kept.push(one);
  world.held = kept;
}

/** The proof that an agent stopped, and the repair, by the last agent. */
export function bury(world: HeapWorld, deadIndex: number): void {
  const kept: Held[] = [];
  for (const one of world.held) if (one.agent !== deadIndex) kept.push(one);
  world.held = kept;
  declareStopped(agentIn(world, world.agents.length - 1), deadIndex, 0);
}

/**
 * At every instant: the chain covers the heap, and what an agent was handed is in use, with the size it was handed with.
 * Runs after every step, so it makes no objects.
 */
export function checkAlways({ memory: { words }, held }: HeapWorld): void {
  const heldCount = held.length;
  let [found, from, length] = [0, 0, 0];
  let next = wordAt(words, layout.heaps + P_FIRST);
  while (next > 0) {
    const block = next - 1;
    const at = layout.blocks + block * BLOCK_WORDS;
    next = wordAt(words, at + K_NEXT);
    const end = next > 0 ? wordAt(words, layout.blocks + (next - 1) * BLOCK_WORDS + K_START) : heapUnits;
    const state = wordAt(words, at + K_STATE) & 7;
    if (
      wordAt(words, at + K_START) !== from ||
      end <= from ||
      end > heapUnits ||
      state === 0 ||
      ++length > limits.blocks
    ) {
      assert.fail(`The chain covers the heap, but block ${block} (state ${state}) goes from ${from} to ${end}.`);
    }
    for (let index = 0; index < heldCount; index++) {
      const one = held[index];
      if (one?.block !== block) continue;
      const isKept = state !== 4 && one.start === from * unit && one.size === (end - from) * unit;
      if (!isKept) assert.fail(`Block ${block}, held by agent ${one.agent}, is in use and as large as it was.`);
      found++;
    }
    from = end;
  }
  if (from !== heapUnits) assert.fail(`The chain ends (${from}) where the heap does (${heapUnits}).`);
  if (found !== heldCount) assert.fail('Every block that an agent holds is in the chain.');
}

function wordAt(words: Int32Array, index: number): number {
  return words[index] as number; // inside the layout
}

/** The seat says that its agent is proven to have stopped, and nobody has repaired after it yet. */
export function markDead(world: HeapWorld, index: number): void {
  const { words } = world.memory;
  store(words, layout.agents + index * AGENT_WORDS + A_STATE, agentWord(AGENT_DEAD, index, 0));
}

/** At the end: nothing is lost, and a block is in use exactly if a placement names it. */
export function checkEnd({ memory }: HeapWorld): void {
  checkAtRest(memory);
  const placed: number[] = [];
  for (let buffer = 0; buffer < limits.buffers; buffer++) {
    const word = memory.words[layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT] ?? 0;
    if (word !== 0) placed.push(word - 1);
  }
  const used = piecesOf(memory, 0).filter(({ state }) => state !== 4);
  assert.deepEqual(used.map(({ block }) => block).sort(), placed.sort());
  assert(
    used.every(({ state }) => state === 2),
    'Every block in use is live.',
  );
}

export function describeWord(_words: ArrayBufferView, index: number): string | undefined {
  const heapAt = index - layout.heaps;
  if (heapAt >= 0 && heapAt < HEAP_WORDS) {
    return heapAt === P_LOCK ? 'lock' : heapAt === P_USED ? 'used' : `heap[${heapAt}]`;
  }
  const blockAt = index - layout.blocks;
  if (blockAt >= 0 && blockAt < limits.blocks * BLOCK_WORDS) {
    const name = blockWords[blockAt % BLOCK_WORDS] ?? '';
    return `block ${Math.floor(blockAt / BLOCK_WORDS)}.${name}`;
  }
  const agentAt = index - layout.agents;
  if (agentAt >= 0 && agentAt < limits.agents * AGENT_WORDS) {
    const name = { [A_RING]: 'ring', [A_ARMED]: 'armed', [A_STATE]: 'state' }[agentAt % AGENT_WORDS];
    return `agent ${Math.floor(agentAt / AGENT_WORDS)}.${name ?? agentAt % AGENT_WORDS}`;
  }
  return undefined;
}

const blockWords: readonly string[] = Object.assign(
  Array.from({ length: BLOCK_WORDS }, (_, word) => `word ${word}`),
  {
    [K_STATE]: 'state',
    [K_START]: 'start',
    [K_NEXT]: 'next',
    [K_PREVIOUS]: 'previous',
    [K_OWNER]: 'owner',
  },
);

function nothing(): void {}
