/**
 * A whole space with tiny tables for explorations of buffers, jobs and transactions: a heap, pools, lanes, and all repairs
 * in the order of the library. Reads plainly where it checks, so that a check is one step.
 *
 * Not here: what agents do (pool-calls.ts), what must be left at the end (accounting.ts).
 */
import assert from 'node:assert/strict';
import type { Patch } from 'fenceline/check';
import { A_STATE, AGENT_WORDS, H_STAMP, K_START, layoutOf, TIMELINE_WORDS, TL_STATE } from '#fenceline/base/layout.js';
import { completeLimits } from '#fenceline/base/limits.js';
import { createBuffer, placementOf } from '#fenceline/buffer/buffer.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import type { Agent, Memory, Payload } from '#fenceline/cells/memory.js';
import { AGENT_LIVE, agentWord } from '#fenceline/cells/memory.js';
import { isThreadGone, PROOF_LINUX_THREAD } from '#fenceline/cells/proof.js';
import { createPump } from '#fenceline/cells/pump.js';
import { LIVE, nobody, slotWord } from '#fenceline/cells/slot.js';
import { createHeap } from '#fenceline/memory/allocator.js';
import { blockAt } from '#fenceline/memory/block-chain.js';
import { repairs } from '#fenceline/repairs.js';
import { oneTicket, shrink, type World } from '../world.ts';

export const unit = 64;

export interface SpaceSize {
  /** Agents seated from the start; the last one repairs. */
  readonly seated: number;
  /** Seats; default: as many as are seated. */
  readonly agents?: number;
  readonly buffers?: number;
  readonly jobs?: number;
  readonly timelines?: number;
  readonly chunks?: number;
  readonly syncObjects?: number;
  readonly attachments?: number;
  /** Units of 64 bytes that the budget allows; the heap itself has room for 8. */
  readonly budget?: number;
  /** Heaps beside the first: how many units each has, and of what kind (memory/residence.ts). */
  readonly more?: readonly { readonly units: number; readonly kind: number }[];
}

export interface Space extends World {
  /** The heap's memory, a word at a time: what kernels touch, checked for data races. */
  readonly payload: Int32Array;
  /** The same of all heaps. */
  readonly memories: readonly Int32Array[];
  /** How often each kernel ran, and in which order. */
  readonly ran: string[];
  /** What an agent's last look found, by agent: here, and not in a variable of a closure, so that states can be compared. */
  readonly found: unknown[];
}

const heapUnits = 8;

/** Few slots: scans of tables are loops of loads, and say nothing new after the second entry. */
export const small: readonly Patch[] = [oneTicket, shrink('src/base/limits.ts', 'poolsPerSpace', 1)];

export function newSpace(size: SpaceSize): Space {
  const limits = completeLimits({
    agents: size.agents ?? size.seated,
    buffers: size.buffers ?? 1,
    jobs: size.jobs ?? 1,
    timelines: size.timelines ?? 1,
    chunks: size.chunks ?? 1,
    syncObjects: size.syncObjects ?? 1,
    locks: 1,
    attachments: size.attachments ?? 1,
    blocks: 8,
    heaps: 1 + (size.more?.length ?? 0),
    clients: 1,
  });
  const layout = layoutOf(limits);
  const buffer = new SharedArrayBuffer(layout.totalWords * 4);
  const words = new Int32Array(buffer);
  const stamps = new BigInt64Array(buffer, H_STAMP * 4, 1);
  const wide = new BigInt64Array(buffer);
  const memory: Memory = { words, stamps, wide, bytes: new Uint8Array(buffer), layout, isShared: true };
  for (let lane = limits.timelines; lane < layout.stubTimeline; lane++) {
    words[layout.timelines + lane * TIMELINE_WORDS + TL_STATE] = slotWord(LIVE, nobody, 0);
  }
  createHeap(memory, 0, heapUnits * unit, (size.budget ?? heapUnits) * unit);
  const bytes = new SharedArrayBuffer(heapUnits * unit);
  const memories = [new Int32Array(bytes)];
  const payloads = [payloadOver(bytes)];
  for (const { units, kind } of size.more ?? []) {
    createHeap(memory, payloads.length, units * unit, units * unit, kind);
    const others = new SharedArrayBuffer(units * unit);
    memories.push(new Int32Array(others));
    payloads.push(payloadOver(others));
  }
  const agents: Agent[] = [];
  for (let index = 0; index < size.seated; index++) {
    words[layout.agents + index * AGENT_WORDS + A_STATE] = agentWord(AGENT_LIVE, nobody, 0);
    const own = { index, incarnation: 0, pump: createPump(nothing), repairs, cursors: new Map<number, number>() };
    agents.push({ ...memory, ...own, payloads, traceOrigin: 0, tracer: undefined, batch: undefined });
  }
  return { memory, layout, agents, payload: new Int32Array(bytes), memories, ran: [], found: [] };
}

/** A buffer of one unit, held by the agent. */
export function newBuffer(agent: Agent): { readonly buffer: number; readonly generation: number } {
  return createBuffer(agent, unit, 1, 0);
}

/** Index into `payload` of the first word of a buffer that has memory. */
export function payloadAt(space: Space, buffer: number): number {
  const block = placementOf(space.memory, buffer);
  assert(block >= 0, 'A buffer that is worked on has memory.');
  return ((space.memory.words[blockAt(space.memory, block) + K_START] ?? 0) * unit) / 4;
}

/** The last agent proves that another one stopped, and repairs. */
export function declare(space: Space, deadIndex: number): Agent {
  const undertaker = space.agents.at(-1);
  assert(undertaker);
  // What the dead agent did is ordered before what follows from this proof.
  isThreadGone(PROOF_LINUX_THREAD, 0, 0);
  declareStopped(undertaker, deadIndex, 0);
  return undertaker;
}

function payloadOver(buffer: SharedArrayBuffer): Payload {
  return { name: 'system', bytes: (start, length) => new Uint8Array(buffer, start, length), buffer };
}

function nothing(): void {}
