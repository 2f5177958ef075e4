/** A control block of a chosen size with agents in it, without the public shell: what tests of the allocator stand on. */
import type { Layout } from '#fenceline/base/layout.js';
import { A_STATE, AGENT_WORDS, layoutOf } from '#fenceline/base/layout.js';
import type { Limits } from '#fenceline/base/limits.js';
import { completeLimits } from '#fenceline/base/limits.js';
import type { Agent, Memory, Repair } from '#fenceline/cells/memory.js';
import { AGENT_LIVE, agentWord } from '#fenceline/cells/memory.js';
import { createPump } from '#fenceline/cells/pump.js';

const small: Partial<Limits> = { agents: 4, timelines: 1, jobs: 1, buffers: 64, blocks: 64, chunks: 1, heaps: 2 };

/** What two threads need to see the same control block: can be posted. */
export interface SpaceParts {
  readonly buffer: SharedArrayBuffer;
  readonly limits: Partial<Limits>;
}

export function spaceParts(limits: Partial<Limits> = {}): SpaceParts {
  const layout = layoutOf(completeLimits({ ...small, ...limits }));
  return { buffer: new SharedArrayBuffer(layout.totalWords * 4), limits: { ...small, ...limits } };
}

export function memoryOf({ buffer, limits }: SpaceParts): Memory {
  const layout: Layout = layoutOf(completeLimits(limits));
  const words = new Int32Array(buffer);
  return {
    words,
    stamps: new BigInt64Array(buffer, 0, 1),
    wide: new BigInt64Array(buffer),
    bytes: new Uint8Array(buffer),
    layout,
    isShared: true,
  };
}

/** Takes the seat of an agent, in its first incarnation. */
export function agentOf(memory: Memory, index: number, repairs: readonly Repair[] = []): Agent {
  setSeat(memory, index, AGENT_LIVE);
  const { words, stamps, wide, bytes, layout, isShared } = memory;
  const pump = createPump(() => {});
  return {
    ...{ words, stamps, wide, bytes, layout, isShared, index, incarnation: 0, pump, repairs },
    ...{ cursors: new Map<number, number>(), payloads: [], tracer: undefined, batch: undefined, traceOrigin: 0 },
  };
}

export function setSeat(memory: Memory, index: number, state: number): void {
  memory.words[memory.layout.agents + index * AGENT_WORDS + A_STATE] = agentWord(state, index, 0);
}
