/**
 * Slots that agents hold: one bit per agent, not a count, so that a dead agent's hold is dropped exactly.
 *
 * LIVE -> CLOSING(by) -> CLOSED when the last hold is dropped, or back to LIVE: the last one out looks at the holders
 * once more after announcing CLOSING, because somebody may have opened a handle meanwhile. Whoever opens sets its bit,
 * then reads the state: it finds LIVE, or waits for CLOSING to be decided.
 *
 * Not here: what becomes of a CLOSED slot; its owner's layer frees it.
 */
import { cas, load, pauseWhile } from './cell.ts';
import { addAgent, isAgentIn, readAgents, removeAgent } from './interest.ts';
import type { Agent, Memory } from './memory.ts';
import { CLOSED, CLOSING, generationOf, LIVE, nobody, slotWord, stateOf } from './slot.ts';

/** Where the words of a held slot are. */
export interface HeldSlot {
  readonly stateAt: number;
  readonly refsAt: number;
  readonly overflowAt: number;
}

const lifeCheckRounds = 1000;

/**
 * Adds this agent's hold. Outcomes: false if that generation is gone; then nothing is held, and what is in the slot now
 * may have become CLOSED in passing: the caller frees it, or leaves it to whoever sweeps closed ones.
 */
export function holdSlot(agent: Agent, { stateAt, refsAt, overflowAt }: HeldSlot, generation: number): boolean {
  const { words } = agent;
  if (generationOf(load(words, stateAt)) !== generation) return false;
  const wasHeld = isAgentIn(readAgents(words, refsAt, overflowAt), agent.index);
  addAgent(words, refsAt, overflowAt, agent.index);
  for (let round = 0; ; round++) {
    const word = load(words, stateAt);
    if (generationOf(word) === generation && stateOf(word) === LIVE) return true;
    if (generationOf(word) !== generation || stateOf(word) !== CLOSING) break;
    pauseWhile(words, stateAt, word, round);
    if (round % lifeCheckRounds === lifeCheckRounds - 1) agent.pump.checkLives(agent);
  }
  // For a moment the bit stood in the way of the last holder of what is in the slot now.
  if (!wasHeld) dropHold(agent, { stateAt, refsAt, overflowAt }, agent.index);
  return false;
}

/** Drops the hold of an agent (this one, or a dead one). Outcomes: true if the slot is CLOSED now, by this call. */
export function dropHold(agent: Agent, slot: HeldSlot, holderIndex: number): boolean {
  const { words } = agent;
  removeAgent(words, slot.refsAt, slot.overflowAt, holderIndex);
  for (;;) {
    const word = load(words, slot.stateAt);
    if (stateOf(word) !== LIVE || isHeld(agent, slot)) return false;
    const closing = slotWord(CLOSING, agent.index, generationOf(word));
    if (!cas(words, slot.stateAt, word, closing)) continue;
    // Live again: whoever was seen may have gone since, and have left the closing to us.
    if (finishClosing(agent, slot)) return true;
  }
}

/** The second look, after CLOSING was announced: by who announced it, or in place of a dead one. Outcomes: whether it is CLOSED. */
export function finishClosing(agent: Agent, slot: HeldSlot): boolean {
  const word = load(agent.words, slot.stateAt);
  const state = isHeld(agent, slot) ? LIVE : CLOSED;
  cas(agent.words, slot.stateAt, word, slotWord(state, nobody, generationOf(word)));
  return state === CLOSED;
}

function isHeld(memory: Memory, { refsAt, overflowAt }: HeldSlot): boolean {
  const holders = readAgents(memory.words, refsAt, overflowAt);
  return holders.first !== 0 || holders.rest !== 0;
}
