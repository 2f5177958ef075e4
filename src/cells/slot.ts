/**
 * Claiming and releasing the slots of a table, without free lists (facts/protocols.md 2.4).
 *
 * Word 0 of every slot is `state(3) | owner(6) | generation(22)`. One compare-exchange FREE -> ALLOC claims a slot and
 * names the claimer, so a repair finds everything that a dead agent was building. The generation grows when a slot is
 * freed and guards handles; a slot whose generation is used up is retired rather than reused (exactness over space).
 *
 * Invariant: only the agent named in an ALLOC word, or a repairer that holds the proof that this agent stopped,
 * changes that word. Cursors are agent-private hints.
 */

import type { Words } from './cell.ts';
import { cas, load, store } from './cell.ts';

export const FREE = 0;
/** Claimed, being filled: belongs to its claimer alone. */
export const ALLOC = 1;
export const LIVE = 2;
/** On its way out: whoever set it finishes, or the repairer of that agent does. */
export const CLOSING = 3;
/** Over, but still held by somebody. */
export const CLOSED = 4;
/** Its memory is being given back, by the agent named. */
export const FREEING = 5;
export const RETIRED = 7;

/** Owner field of a slot that no agent owns. */
export const nobody = 63;
const generationMax = 2 ** 22 - 1;

export function stateOf(word: number): number {
  return word & 7;
}

export function ownerOf(word: number): number {
  return (word >>> 3) & 63;
}

export function generationOf(word: number): number {
  return (word >>> 9) & generationMax;
}

/** Whether a word without a mark in its sign bit says LIVE, of this generation, whoever owns it. */
export function isLiveOf(word: number, generation: number): boolean {
  return (word & ~ownerBits) === (LIVE | (generation << 9));
}

const ownerBits = 63 << 3;

export function slotWord(state: number, owner: number, generation: number): number {
  return state | (owner << 3) | (generation << 9);
}

/**
 * Makes a word that only grows, and says where looks at a table may end, at least `top`. Context: the slot below it is
 * claimed, and not published yet: whoever finds it published finds the word too.
 */
export function raiseTop(words: Words, at: number, top: number): void {
  for (;;) {
    const current = load(words, at);
    if (current >= top || cas(words, at, current, top)) return;
  }
}

/**
 * Claims a free slot for `owner`, searching from `from` (next-fit: freed slots rest as long as possible, so that stale
 * handles meet a tombstone, not a stranger). Outcomes: the slot's index, or -1 if none is free.
 */
export function claimSlot(
  words: Words,
  table: number,
  slotWords: number,
  slotCount: number,
  from: number,
  owner: number,
): number {
  let index = from;
  for (let step = 0; step < slotCount; step++, index++) {
    if (index >= slotCount) index = 0;
    const at = table + index * slotWords;
    const word = load(words, at);
    if (stateOf(word) !== FREE) continue;
    if (cas(words, at, word, slotWord(ALLOC, owner, generationOf(word)))) return index;
  }
  return -1;
}

/** Publishes a slot that the caller claimed: everything written into it before is visible to whoever sees LIVE. */
export function publishSlot(words: Words, at: number, owner: number): void {
  store(words, at, slotWord(LIVE, owner, generationOf(load(words, at))));
}

/** Frees a slot that is the caller's to free (see the invariant): the commit of its end. */
export function freeSlot(words: Words, at: number): void {
  store(words, at, freedWord(load(words, at)));
}

/** Frees the slot if its word is still `word`. For those who only believe that it is theirs to free. */
export function tryFreeSlot(words: Words, at: number, word: number): boolean {
  return cas(words, at, word, freedWord(word));
}

function freedWord(word: number): number {
  const generation = generationOf(word);
  if (generation === generationMax) return slotWord(RETIRED, nobody, generation);
  return slotWord(FREE, nobody, generation + 1);
}
