/**
 * Slots that agents hold: one bit per agent, not a count, so that a dead agent's hold is dropped exactly.
 *
 * LIVE -> CLOSING(by) -> CLOSED when the last hold is dropped, or back to LIVE: the last one out looks at the holders
 * once more after announcing CLOSING, because somebody may have opened a handle meanwhile. Whoever opens sets its bit,
 * then reads the state: it finds LIVE, or waits for CLOSING to be decided.
 *
 * Every slot of this kind begins with its state and the two words of who holds it, and is named by its address.
 *
 * Not here: what becomes of a CLOSED slot; its owner's layer frees it.
 */
import { S_REFS, S_REFS_OVERFLOW, S_STATE } from '../base/layout.ts';
import { cas, load, pauseWhile } from './cell.ts';
import { addAgent, isAgentIn, readAgents, removeAgent } from './interest.ts';
import type { Agent, Memory } from './memory.ts';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  FREE,
  generationOf,
  LIVE,
  nobody,
  ownerOf,
  slotWord,
  stateOf,
  tryFreeSlot,
} from './slot.ts';

const lifeCheckRounds = 1000;

/**
 * Adds this agent's hold. Outcomes: false if that generation is gone; then nothing is held, and what is in the slot now
 * may have become CLOSED in passing: the caller frees it, or leaves it to whoever sweeps closed ones.
 */
export function holdSlot(agent: Agent, at: number, generation: number): boolean {
  const { words } = agent;
  if (generationOf(load(words, at + S_STATE)) !== generation) return false;
  const wasHeld = isAgentIn(readAgents(words, at + S_REFS, at + S_REFS_OVERFLOW), agent.index);
  addAgent(words, at + S_REFS, at + S_REFS_OVERFLOW, agent.index);
  for (let round = 0; ; round++) {
    const word = load(words, at + S_STATE);
    if (generationOf(word) === generation && stateOf(word) === LIVE) return true;
    if (generationOf(word) !== generation || stateOf(word) !== CLOSING) break;
    pauseWhile(words, at + S_STATE, word, round);
    if (round % lifeCheckRounds === lifeCheckRounds - 1) agent.pump.checkLives(agent);
  }
  // For a moment the bit stood in the way of the last holder of what is in the slot now.
  if (!wasHeld) dropHold(agent, at, agent.index);
  return false;
}

/** Drops the hold of an agent (this one, or a dead one). Outcomes: true if the slot is CLOSED now, by this call. */
export function dropHold(agent: Agent, at: number, holderIndex: number): boolean {
  const { words } = agent;
  removeAgent(words, at + S_REFS, at + S_REFS_OVERFLOW, holderIndex);
  for (;;) {
    const word = load(words, at + S_STATE);
    if (stateOf(word) !== LIVE || isHeld(agent, at)) return false;
    const closing = slotWord(CLOSING, agent.index, generationOf(word));
    if (!cas(words, at + S_STATE, word, closing)) continue;
    // Live again: whoever was seen may have gone since, and have left the closing to us.
    if (finishClosing(agent, at)) return true;
  }
}

/** Frees the slot if it is CLOSED, for tables that keep nothing behind it. Whoever finds it so may call this. */
export function freeClosed(agent: Agent, at: number): void {
  const word = load(agent.words, at + S_STATE);
  if (stateOf(word) === CLOSED) tryFreeSlot(agent.words, at + S_STATE, word);
}

/**
 * What a stopped agent had to do with a slot is over: what it was filling is free, what it was closing is decided, and it
 * holds it no longer. Afterwards the slot may be CLOSED. Can be done again.
 */
export function repairHold(agent: Agent, at: number, deadIndex: number): void {
  const word = load(agent.words, at + S_STATE);
  const isDeads = ownerOf(word) === deadIndex;
  if (stateOf(word) === ALLOC && isDeads) tryFreeSlot(agent.words, at + S_STATE, word);
  if (stateOf(word) === CLOSING && isDeads) finishClosing(agent, at);
  // Also where another agent is filling it: a late hold of what was there before may have left its bit.
  if (stateOf(word) !== FREE) dropHold(agent, at, deadIndex);
}

/** The second look, after CLOSING was announced: by who announced it, or in place of a dead one. Outcomes: whether it is CLOSED. */
function finishClosing(agent: Agent, at: number): boolean {
  const word = load(agent.words, at + S_STATE);
  const state = isHeld(agent, at) ? LIVE : CLOSED;
  cas(agent.words, at + S_STATE, word, slotWord(state, nobody, generationOf(word)));
  return state === CLOSED;
}

function isHeld(memory: Memory, at: number): boolean {
  const holders = readAgents(memory.words, at + S_REFS, at + S_REFS_OVERFLOW);
  return holders.first !== 0 || holders.rest !== 0;
}
