/**
 * Bytes that do not fit a slot: chains of fixed-size chunks, each claimed like any slot (slot.ts).
 *
 * A chunk belongs to one slot of another table, named in C_OWNER before it is published; whoever frees that slot frees
 * its chunks first. A repair never follows chains: it frees by owner, so a chain half freed by the dead is no problem.
 *
 * Bytes are copied plainly, by and for whoever knows that the chain stays while it is read. Records that are read while they may be
 * freed and filled anew (`storeWords`, `loadWords`) are copied a word at a time, so that the reader's check afterwards comes
 * after what it has read: a plain read may come later than the check behind it.
 */

import { fail } from '../base/errors.ts';
import { C_BYTES, C_NEXT, C_OWNER, C_PAYLOAD, C_STATE, CHUNK_WORDS, chunkBytes } from '../base/layout.ts';
import { load, store } from './cell.ts';
import type { Agent, Memory } from './memory.ts';
import { ALLOC, claimSlot, freeSlot, LIVE, ownerOf, publishSlot, stateOf, tryFreeSlot } from './slot.ts';

export function chunkAt(memory: Memory, chunk: number): number {
  return memory.layout.chunks + chunk * CHUNK_WORDS;
}

/** Stores bytes for `owner` (a word that names a slot). Outcomes: first chunk + 1, or ENOSPC with nothing kept. */
export function storeBytes(agent: Agent, bytes: Uint8Array, owner: number): number {
  return storeChain(agent, bytes.length, owner, (at, from) => {
    agent.bytes.set(bytes.subarray(from, from + chunkBytes), (at + C_PAYLOAD) * 4);
  });
}

/** The same, for readers that look while it may be freed. */
export function storeWords(agent: Agent, words: Int32Array, owner: number): number {
  return storeChain(agent, words.length * 4, owner, (at, from) => {
    const start = from / 4;
    const end = Math.min(words.length, start + chunkBytes / 4);
    for (let index = start; index < end; index++) {
      // An index below the length.
      store(agent.words, at + C_PAYLOAD + index - start, words[index] as number);
    }
  });
}

function storeChain(agent: Agent, length: number, owner: number, fill: (at: number, from: number) => void): number {
  let next = 0;
  // From the end to the start, so that every chunk knows its follower when it is published.
  for (let from = Math.floor((length - 1) / chunkBytes) * chunkBytes; from >= 0; from -= chunkBytes) {
    const chunk = claimChunk(agent);
    if (chunk < 0) {
      freeChain(agent, next);
      refuse(agent);
    }
    const at = chunkAt(agent, chunk);
    fill(at, from);
    store(agent.words, at + C_NEXT, next);
    store(agent.words, at + C_OWNER, owner);
    store(agent.words, at + C_BYTES, length - from);
    publishSlot(agent.words, at + C_STATE, agent.index);
    next = chunk + 1;
  }
  return next;
}

/** Copies the bytes out of a chain. `first` is chunk + 1; 0 is the empty chain. */
export function loadBytes(memory: Memory, first: number): Uint8Array {
  const length = first === 0 ? 0 : load(memory.words, chunkAt(memory, first - 1) + C_BYTES);
  const bytes = new Uint8Array(length);
  let chunk = first - 1;
  for (let from = 0; from < length && chunk >= 0; from += chunkBytes) {
    const at = chunkAt(memory, chunk);
    const start = (at + C_PAYLOAD) * 4;
    bytes.set(memory.bytes.subarray(start, start + Math.min(chunkBytes, length - from)), from);
    chunk = load(memory.words, at + C_NEXT) - 1;
  }
  return bytes;
}

/**
 * Copies the words out of a chain that may be freed meanwhile, and then means nothing: the caller looks at the first chunk's
 * state afterwards.
 */
export function loadWords(memory: Memory, first: number): Int32Array {
  const { words } = memory;
  const length = load(words, chunkAt(memory, first - 1) + C_BYTES) >>> 2;
  const copy = new Int32Array(length);
  let chunk = first - 1;
  for (let from = 0; from < length && chunk >= 0; from += chunkBytes / 4) {
    const at = chunkAt(memory, chunk);
    const end = Math.min(length - from, chunkBytes / 4);
    for (let index = 0; index < end; index++) copy[from + index] = load(words, at + C_PAYLOAD + index);
    chunk = load(words, at + C_NEXT) - 1;
  }
  return copy;
}

/** Frees a chain that is the caller's to free; 0 is the empty one. */
export function freeChain(agent: Agent, first: number): void {
  let chunk = first - 1;
  while (chunk >= 0) {
    const at = chunkAt(agent, chunk);
    const next = load(agent.words, at + C_NEXT) - 1;
    freeSlot(agent.words, at + C_STATE);
    chunk = next;
  }
}

/** Frees every chunk of an owner whose slot is the caller's alone. For repairs. */
export function freeChunksOf(agent: Agent, owner: number): void {
  for (let chunk = 0; chunk < agent.layout.limits.chunks; chunk++) {
    const at = chunkAt(agent, chunk);
    const word = load(agent.words, at + C_STATE);
    if (stateOf(word) === LIVE && load(agent.words, at + C_OWNER) === owner)
      tryFreeSlot(agent.words, at + C_STATE, word);
  }
}

/** Chunks that a stopped agent was filling are free. */
export function repairChunks(agent: Agent, deadIndex: number): void {
  for (let chunk = 0; chunk < agent.layout.limits.chunks; chunk++) {
    const at = chunkAt(agent, chunk) + C_STATE;
    const word = load(agent.words, at);
    if (stateOf(word) === ALLOC && ownerOf(word) === deadIndex) tryFreeSlot(agent.words, at, word);
  }
}

function claimChunk(agent: Agent): number {
  const { words, layout } = agent;
  const count = layout.limits.chunks;
  const chunk = claimSlot(words, layout.chunks, CHUNK_WORDS, count, agent.cursors.get(layout.chunks) ?? 0, agent.index);
  if (chunk >= 0) agent.cursors.set(layout.chunks, (chunk + 1) % count);
  return chunk;
}

function refuse(agent: Agent): never {
  const value = agent.layout.limits.chunks;
  return fail(
    'ENOSPC',
    `All chunks (${value}) are in use. Hint: raise limits.chunks, or put large values into buffers.`,
    {
      limit: 'chunks',
      value,
    },
  );
}
