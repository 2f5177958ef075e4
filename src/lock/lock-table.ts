/**
 * ww locks of users: a table of slots, each a lock and the agents that hold a handle of it.
 *
 * A slot is freed when its last holder dropped it (cells/held-slot.ts). Whoever holds the lock, or waits for it, holds a
 * handle too, so a lock that goes is free. CLOSED -> FREE is one compare-exchange, which whoever finds it may do.
 *
 * Not here: taking locks (ww-lock.ts), and the locks of buffers, which live in their slots.
 */
import { fail } from '../base/errors.ts';
import {
  L_CLASS,
  LOCK_WORDS,
  U_LOCK,
  U_REFS,
  U_REFS_OVERFLOW,
  U_RULE,
  U_STATE,
  USER_LOCK_WORDS,
} from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { HeldSlot } from '../cells/held-slot.ts';
import { dropHold, finishClosing, holdSlot } from '../cells/held-slot.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  CLOSED,
  CLOSING,
  claimSlot,
  FREE,
  generationOf,
  nobody,
  ownerOf,
  publishSlot,
  stateOf,
  tryFreeSlot,
} from '../cells/slot.ts';
import type { Rule } from './ticket.ts';
import { repairLock } from './ww-lock.ts';

export interface LockId {
  readonly lock: number;
  readonly generation: number;
}

/** Address of the lock in a slot, as `acquireStep` takes it. */
export function userLockAt(memory: Memory, lock: number): number {
  return slotAt(memory, lock) + U_LOCK;
}

/** `lockClass`: what the validator calls it (`classWord`). Outcomes: a free lock, held by this agent; or ENOSPC. */
export function createLock(agent: Agent, rule: Exclude<Rule, 'plain'>, lockClass: number = 0): LockId {
  const { words, layout } = agent;
  const count = layout.limits.locks;
  const from = agent.cursors.get(layout.locks) ?? 0;
  const lock = claimSlot(words, layout.locks, USER_LOCK_WORDS, count, from, agent.index);
  if (lock < 0) {
    fail('ENOSPC', `All locks (${count}) are in use. Hint: raise limits.locks, or dispose of some.`, {
      limit: 'locks',
      value: count,
    });
  }
  agent.cursors.set(layout.locks, (lock + 1) % count);
  const at = slotAt(agent, lock);
  for (let word = U_REFS; word < U_LOCK + LOCK_WORDS; word++) store(words, at + word, 0);
  store(words, at + U_LOCK + L_CLASS, lockClass);
  store(words, at + U_RULE, rule === 'wound-wait' ? 1 : 0);
  addAgent(words, at + U_REFS, at + U_REFS_OVERFLOW, agent.index);
  publishSlot(words, at + U_STATE, nobody);
  return { lock, generation: generationOf(load(words, at + U_STATE)) };
}

/** Adds this agent's hold. Outcomes: the rule of the lock, or undefined if it is gone. */
export function holdLock(agent: Agent, { lock, generation }: LockId): Exclude<Rule, 'plain'> | undefined {
  if (!holdSlot(agent, heldSlotOf(agent, lock), generation)) {
    freeClosed(agent, lock);
    return undefined;
  }
  return load(agent.words, slotAt(agent, lock) + U_RULE) === 1 ? 'wound-wait' : 'wait-die';
}

/** Drops this agent's hold; the last one out frees the slot. Context: this agent neither holds the lock nor waits for it. */
export function dropLock(agent: Agent, lock: number): void {
  if (dropHold(agent, heldSlotOf(agent, lock), agent.index)) freeClosed(agent, lock);
}

/** What a stopped agent held is suspect; it waits no longer, and its handles are dropped. Can be done again. */
export function repairUserLocks(agent: Agent, deadIndex: number): void {
  const { words } = agent;
  for (let lock = 0; lock < agent.layout.limits.locks; lock++) {
    const slot = heldSlotOf(agent, lock);
    const word = load(words, slot.stateAt);
    if (stateOf(word) === FREE) continue;
    repairLock(agent, userLockAt(agent, lock), deadIndex);
    const isDeads = ownerOf(word) === deadIndex;
    if (stateOf(word) === ALLOC && isDeads) tryFreeSlot(words, slot.stateAt, word);
    if (stateOf(word) === CLOSING && isDeads) finishClosing(agent, slot);
    dropHold(agent, slot, deadIndex);
    freeClosed(agent, lock);
  }
}

function freeClosed(agent: Agent, lock: number): void {
  const at = slotAt(agent, lock) + U_STATE;
  const word = load(agent.words, at);
  if (stateOf(word) === CLOSED) tryFreeSlot(agent.words, at, word);
}

function slotAt(memory: Memory, lock: number): number {
  return memory.layout.locks + lock * USER_LOCK_WORDS;
}

function heldSlotOf(memory: Memory, lock: number): HeldSlot {
  const at = slotAt(memory, lock);
  return { stateAt: at + U_STATE, refsAt: at + U_REFS, overflowAt: at + U_REFS_OVERFLOW };
}
