/**
 * Exported buffers: whose hooks provide the memory, and which mappings of it are stale (Linux: dma_buf, invalidate_mappings).
 *
 * B_EXPORTER: agent + 1 (7 bits) | FOREIGN | REVOKED | ORPHANED. Written before others see the buffer; REVOKED is added by the
 * exporter, ORPHANED takes the agent's place when that stopped.
 * B_EPOCH: counts the moves. A mapping that was made under the buffer's lock remembers it, and is stale once it differs.
 *
 * Order of a move, under the buffer's lock:
 *   1. **B_EPOCH + 1**            <- from here on every mapping is stale
 *   2. ring the agents of all importers, and the exporter's
 *   3. importers of this very agent are told at once; they neither lock nor wait (contract C7)
 *   4. the memory moves; the fence of that joins the reservation as a move
 * Why nobody begins to use a stale mapping: a use begins under the lock, by a look at the epoch and then a fence in the
 * reservation; the mover has the same lock, and its step 4 comes after the fences that it found. Whoever dies between 1 and
 * 4 has told importers to map again, which is always allowed; a ring that died with it is healed by the repair.
 *
 * Not here: hooks and their objects (src/driver), waiting, moving bytes (memory).
 */
import { B_EPOCH, B_EXPORTER } from '../base/layout.ts';
import { add, load, or, store } from '../cells/cell.ts';
import { hintCount, ring } from '../cells/doorbell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { importerOf } from './attachments.ts';
import { bufferAt } from './buffer.ts';

/** Its memory is the exporter's own: no heap of the space has it, so jobs and views cannot see it. */
export const FOREIGN: number = 1 << 8;
/** The exporter took it back for good. */
export const REVOKED: number = 1 << 9;
/** The exporter stopped or left: nobody can map it any more. */
export const ORPHANED: number = 1 << 10;

const agentBits = 127;

/** This agent exports the buffer. Context: nobody else knows the buffer yet. */
export function exportAs(agent: Agent, buffer: number, flags: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_EXPORTER, (agent.index + 1) | flags);
}

/** Flags of an exported buffer; 0 for one that is not exported. */
export function exportFlags(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_EXPORTER) & ~agentBits;
}

/** Whether somebody exports it, or did. */
export function isExported(memory: Memory, buffer: number): boolean {
  return load(memory.words, bufferAt(memory, buffer) + B_EXPORTER) !== 0;
}

/** The agent that exports it, or -1: it is not exported, or its exporter is gone. */
export function exporterOf(memory: Memory, buffer: number): number {
  return (load(memory.words, bufferAt(memory, buffer) + B_EXPORTER) & agentBits) - 1;
}

/** What a mapping made now has to remember. Context: the buffer's lock is held; a bare look needs none. */
export function epochOf(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_EPOCH);
}

/** Where a waiter of the pump is looked at when something about an exported buffer changed. */
export function exportHint(buffer: number): number {
  return buffer & (hintCount - 1);
}

/** Every mapping of the buffer is stale from here on, and all who have one are told. Context: its lock is held. Cannot fail. */
export function invalidateLocked(agent: Agent, buffer: number): void {
  add(agent.words, bufferAt(agent, buffer) + B_EPOCH, 1);
  // One load where nobody ever exported it: that is nearly every buffer that is moved.
  if (!isExported(agent, buffer)) return;
  for (let attachment = 0; attachment < agent.layout.limits.attachments; attachment++) {
    const importer = importerOf(agent, attachment, buffer);
    if (importer >= 0 && importer !== agent.index) ring(agent, importer, exportHint(buffer));
  }
  ringExporter(agent, buffer);
  agent.onInvalidate?.(buffer);
}

/** The exporter takes the memory back: nobody maps it any more. Context: its lock is held. */
export function revokeLocked(agent: Agent, buffer: number): void {
  or(agent.words, bufferAt(agent, buffer) + B_EXPORTER, REVOKED);
  invalidateLocked(agent, buffer);
}

/** Something that the exporter keeps track of has changed: an importer went, the buffer is gone. */
export function ringExporter(agent: Agent, buffer: number): void {
  const exporter = exporterOf(agent, buffer);
  if (exporter >= 0) ring(agent, exporter, exportHint(buffer));
}

/** What a stopped agent exported can be mapped no more. Can be done again. */
export function repairExports(agent: Agent, deadIndex: number): void {
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (exporterOf(agent, buffer) !== deadIndex) continue;
    const at = bufferAt(agent, buffer);
    // The epoch first: done again, it makes stale what is stale.
    add(agent.words, at + B_EPOCH, 1);
    store(agent.words, at + B_EXPORTER, (load(agent.words, at + B_EXPORTER) & ~agentBits) | ORPHANED);
  }
}
