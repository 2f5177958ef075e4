/**
 * Buffer slots: who holds a buffer, how large it is, which block holds its contents (Linux: dma_buf, its file's count).
 *
 * State: ALLOC -> LIVE -> CLOSING(by) -> CLOSED -> FREEING(by) -> FREE, generation + 1. One bit per agent says who holds
 * it, not a count: a dead agent's hold is then dropped exactly. The last one out closes; a closed buffer keeps its memory
 * until no fence of its reservation is pending (memory/release.ts), so that disposing right after submitting is right.
 *
 * Not here: memory, locks and fences (the layers on both sides), typed views (SharedBuffer).
 */

import { fail } from '../base/errors.ts';
import {
  B_CLIENT,
  B_DTYPE,
  B_FILL,
  B_FRESH,
  B_HEAP,
  B_HISTORY_TRAITS,
  B_LOCK,
  B_PINS,
  B_PINS_OVERFLOW,
  B_PLACEMENT,
  B_REFS,
  B_REFS_OVERFLOW,
  B_RESERVATION,
  B_ROOM,
  B_SIZE_HI,
  B_SIZE_LO,
  B_STATE,
  BUFFER_WORDS,
} from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import { dropHold, holdSlot, repairHold } from '../cells/held-slot.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { CLOSED, CLOSING, claimSlot, generationOf, LIVE, nobody, publishSlot, stateOf } from '../cells/slot.ts';
import { forgetSuspect } from '../lock/ww-lock.ts';
import { clearReservation } from '../reservation/reservation.ts';

/** A buffer's slot and the generation that tells its uses apart. */
export interface BufferId {
  readonly buffer: number;
  readonly generation: number;
}

export function bufferAt(memory: Memory, buffer: number): number {
  return memory.layout.buffers + buffer * BUFFER_WORDS;
}

export function lockOf(memory: Memory, buffer: number): number {
  return bufferAt(memory, buffer) + B_LOCK;
}

export function reservationOf(memory: Memory, buffer: number): number {
  return bufferAt(memory, buffer) + B_RESERVATION;
}

/**
 * Takes a slot and no memory. `client`: token of the account that its memory is charged to, 0 = none.
 * Outcomes: the buffer, held by this agent; or ENOSPC.
 */
export function createBuffer(
  agent: Agent,
  sizeBytes: number,
  dtypeCode: number,
  heap: number,
  client: number = 0,
): BufferId {
  const { words, layout } = agent;
  const count = layout.limits.buffers;
  const from = agent.cursors.get(layout.buffers) ?? 0;
  const buffer = claimSlot(words, layout.buffers, BUFFER_WORDS, count, from, agent.index);
  if (buffer < 0) {
    fail('ENOSPC', `All buffers (${count}) are in use. Hint: raise limits.buffers, or dispose of buffers.`, {
      limit: 'buffers',
      value: count,
    });
  }
  agent.cursors.set(layout.buffers, (buffer + 1) % count);
  const at = bufferAt(agent, buffer);
  for (let word = B_STATE + 1; word < B_LOCK; word++) store(words, at + word, 0);
  // Not the lock: somebody who was late may hold it for a moment, and it frees itself. A death was another buffer's.
  forgetSuspect(agent, at + B_LOCK);
  store(words, at + B_FRESH, 0);
  store(words, at + B_PINS, 0);
  store(words, at + B_PINS_OVERFLOW, 0);
  store(words, at + B_FILL, 0);
  store(words, at + B_ROOM, 0);
  store(words, at + B_HISTORY_TRAITS, 0);
  clearReservation(agent, at + B_RESERVATION);
  store(words, at + B_SIZE_LO, sizeBytes | 0);
  store(words, at + B_SIZE_HI, Math.floor(sizeBytes / 2 ** 32));
  store(words, at + B_DTYPE, dtypeCode);
  store(words, at + B_HEAP, heap);
  store(words, at + B_CLIENT, client);
  addAgent(words, at + B_REFS, at + B_REFS_OVERFLOW, agent.index);
  publishSlot(words, at + B_STATE, nobody);
  return { buffer, generation: generationOf(load(words, at + B_STATE)) };
}

/** Adds this agent's hold. Outcomes: false if the buffer is gone; then nothing is held. */
export function holdBuffer(agent: Agent, id: BufferId): boolean {
  return holdSlot(agent, bufferAt(agent, id.buffer), id.generation);
}

/**
 * Drops the hold of an agent (this one, or a dead one). Outcomes: true if the buffer is closed now and its memory is to
 * be given back as soon as its fences are over.
 */
export function dropBuffer(agent: Agent, buffer: number, holderIndex: number): boolean {
  return dropHold(agent, bufferAt(agent, buffer), holderIndex);
}

/** Whether this is still the buffer that the id means, and not closed. */
export function isBufferLive(memory: Memory, id: BufferId): boolean {
  const word = load(memory.words, bufferAt(memory, id.buffer) + B_STATE);
  return generationOf(word) === id.generation && (stateOf(word) === LIVE || stateOf(word) === CLOSING);
}

/** Whether a job that was submitted while the buffer lived may still use it: closed counts, its memory waits for jobs. */
export function isBufferUsable(memory: Memory, id: BufferId): boolean {
  const word = load(memory.words, bufferAt(memory, id.buffer) + B_STATE);
  const state = stateOf(word);
  return generationOf(word) === id.generation && (state === LIVE || state === CLOSING || state === CLOSED);
}

export function bufferSizeBytes(memory: Memory, buffer: number): number {
  const at = bufferAt(memory, buffer);
  return (load(memory.words, at + B_SIZE_HI) >>> 0) * 2 ** 32 + (load(memory.words, at + B_SIZE_LO) >>> 0);
}

/** Heap that its memory comes from. */
export function heapOf(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_HEAP);
}

/** Block that holds the contents, or -1. */
export function placementOf(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_PLACEMENT) - 1;
}

/** Holds of a stopped agent are dropped; what it was building or closing is finished. Memory: memory/release.ts. */
export function repairBuffers(agent: Agent, deadIndex: number): void {
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    repairHold(agent, bufferAt(agent, buffer), deadIndex);
  }
}
