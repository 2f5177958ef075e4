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
import { dropHold, freeClosed, holdSlot, repairHold } from '../cells/held-slot.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { claimSlot, FREE, generationOf, nobody, publishSlot, stateOf } from '../cells/slot.ts';
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
  const at = slotAt(agent, lock);
  if (holdSlot(agent, at, generation)) return load(agent.words, at + U_RULE) === 1 ? 'wound-wait' : 'wait-die';
  freeClosed(agent, at);
  return undefined;
}

/** Drops this agent's hold; the last one out frees the slot. Context: this agent neither holds the lock nor waits for it. */
export function dropLock(agent: Agent, lock: number): void {
  const at = slotAt(agent, lock);
  if (dropHold(agent, at, agent.index)) freeClosed(agent, at);
}

/** What a stopped agent held is suspect; it waits no longer, and its handles are dropped. Can be done again. */
export function repairUserLocks(agent: Agent, deadIndex: number): void {
  for (let lock = 0; lock < agent.layout.limits.locks; lock++) {
    const at = slotAt(agent, lock);
    if (stateOf(load(agent.words, at + U_STATE)) === FREE) continue;
    repairLock(agent, at + U_LOCK, deadIndex);
    repairHold(agent, at, deadIndex);
    freeClosed(agent, at);
  }
}

function slotAt(memory: Memory, lock: number): number {
  return memory.layout.locks + lock * USER_LOCK_WORDS;
}
