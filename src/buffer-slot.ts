/**
 * A slot for a new buffer: if none is free, those of closed buffers come first whose last fence is over, and whose closer left
 * before it was (memory/release.ts).
 *
 * Not here: what is in the slot (buffer/buffer.ts).
 */
import { FencelineError } from './base/errors.ts';
import { type BufferId, createBuffer } from './buffer/buffer.ts';
import type { Agent } from './cells/memory.ts';
import { sweepClosed } from './memory/placement.ts';

/** Outcomes: as `createBuffer`. */
export function takeBufferSlot(agent: Agent, ...spec: Spec): BufferId {
  try {
    return createBuffer(agent, ...spec);
  } catch (error) {
    if (!FencelineError.is(error, 'ENOSPC')) throw error;
    sweepClosed(agent);
    return createBuffer(agent, ...spec);
  }
}

type Spec = [sizeBytes: number, dtypeCode: number, heap: number, client: number];
