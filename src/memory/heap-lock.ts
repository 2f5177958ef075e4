/**
 * The lock of one heap: the only spin word of the library (facts/protocols.md 2.8).
 *
 * The word is 0, or `agent + 1 (6) | incarnation (22)` of its holder; taking it is one compare-exchange that names the
 * taker, giving it back one store of 0. A holder that is proven to have stopped, or that meets its own name because
 * its section was unwound by a throw, is replaced by one compare-exchange from its name. The incarnation keeps that
 * exchange from robbing a newcomer in the same seat: an incarnation that stopped never comes back, so its name in the
 * word is as true at the exchange as at the look.
 *
 * Whoever replaces a holder must rebuild what the lock guards before using it (block-repair.ts). If it dies on the way,
 * the word names it, and the next one does the same.
 *
 * No doorbell: sections are some dozen operations long, so waiters look again, and sleep a millisecond at a time once
 * it lasts (a holder that lost its processor). They never call a repair: a repair locks heaps, and would recurse.
 *
 * Not here: what the lock guards.
 */
import { A_PROOF, A_STARTED, A_STATE, A_THREAD, P_LOCK } from '../base/layout.ts';
import { cas, load, pauseWhile, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { AGENT_DEAD, AGENT_FREE, agentAt, agentStateOf, incarnationOf } from '../cells/memory.ts';
import { isThreadGone } from '../cells/proof.ts';

/** From this round on a wait looks every so often whether the holder's thread still exists: some microseconds a look. */
const firstLifeCheck = 104;
const roundsPerLifeCheck = 8;

/**
 * Takes the lock of the heap at word `heap`. Context: this agent is in no section of any heap; may block for as long
 * as the holder lives. Outcomes: -1; or the agent that was replaced (perhaps this one), whose section is unfinished.
 */
export function lockHeap(agent: Agent, heap: number): number {
  const { words } = agent;
  const at = heap + P_LOCK;
  const mine = holderWord(agent.index, agent.incarnation);
  if (cas(words, at, 0, mine)) return noHolder;
  for (let round = 0; ; round++) {
    const word = load(words, at);
    if (word === mine) return agent.index;
    if (word === 0) {
      if (cas(words, at, 0, mine)) return noHolder;
      continue;
    }
    const isLifeChecked = round >= firstLifeCheck && round % roundsPerLifeCheck === 0;
    if (isHolderStopped(agent, word, isLifeChecked)) {
      if (cas(words, at, word, mine)) return holderIn(word);
      continue;
    }
    pauseWhile(words, at, word, round);
  }
}

/** Gives the lock back. Context: held by this agent, and what it guards is whole. */
export function unlockHeap(agent: Agent, heap: number): void {
  store(agent.words, heap + P_LOCK, 0);
}

/** The agent that holds the lock, in any incarnation, or -1. */
export function heapHolder(memory: Memory, heap: number): number {
  return holderIn(load(memory.words, heap + P_LOCK));
}

const noHolder = -1;

function holderIn(word: number): number {
  return (word & 63) - 1;
}

function holderWord(index: number, incarnation: number): number {
  return (index + 1) | (incarnation << 6);
}

/** True only with proof: the seat is declared dead, has a later incarnation, or its thread is gone. */
function isHolderStopped(agent: Agent, word: number, isLifeChecked: boolean): boolean {
  const { words } = agent;
  const at = agentAt(agent, holderIn(word));
  const seat = load(words, at + A_STATE);
  if (incarnationOf(seat) !== word >>> 6) return true;
  const state = agentStateOf(seat);
  if (state >= AGENT_DEAD || state === AGENT_FREE) return true;
  if (!isLifeChecked) return false;
  const proof = load(words, at + A_PROOF);
  const thread = load(words, at + A_THREAD);
  const started = load(words, at + A_STARTED);
  // The identity belongs to this incarnation only if its state word still stands.
  return load(words, at + A_STATE) === seat && isThreadGone(proof, thread, started);
}
