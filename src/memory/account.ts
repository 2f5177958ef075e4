/**
 * Accounts of clients: how much of the system heap each has in use, within a budget of its own (Linux: the dmem cgroup).
 *
 * A slot is held by the agents that have the client open (cells/held-slot.ts) and freed with the last of them. Its token, the slot
 * and the generation in one word, stands in B_CLIENT of every buffer that was made through the client, and in K_CLIENT of
 * every block of the system heap that is charged to it. A token whose generation is over means nobody: such buffers and
 * blocks count for the space alone. So closing needs no walk over what it leaves behind, and a slot that is used again
 * inherits nothing.
 *
 * AC_USED is the sum of the sizes of all blocks in the chain of the system heap that are not VACANT and carry the token, whenever
 * that heap's lock is free and no dead agent waits for its repair. Order of the stores, all under that lock:
 *   take   K_CLIENT = token, before **ALLOC(me) into the state, or insert**; P_USED; AC_USED, AC_PEAK; lock = 0
 *   free   read K_CLIENT, before the block is listed, which writes over it; **VACANT, or absorbed**; AC_USED; P_USED; lock = 0
 *   open   slot ALLOC(me), words, name; lock; AC_USED = AC_PEAK = 0; lock = 0; **LIVE** (open-account.ts)
 * Whoever stops on the way held the lock: block-repair.ts adds all sums up again from the chain. Whether a token is
 * current is read once a section, under the lock: an account that is closed meanwhile is charged for the last time, in a slot whose
 * next user zeroes it under the same lock, hence later. AC_PEAK needs no repair, as P_PEAK.
 *
 * Not here: opening (open-account.ts), who must give way (victim-order.ts).
 */
import {
  AC_BUDGET,
  AC_FREED,
  AC_NAME,
  AC_NAME_BYTES,
  AC_PEAK,
  AC_PRIORITY,
  AC_STATE,
  AC_USED,
  ACCOUNT_WORDS,
  B_CLIENT,
  H_FREED,
} from '../base/layout.ts';
import { priorityOfWord } from '../base/priority-word.ts';
import { bufferAt } from '../buffer/buffer.ts';
import { add, load, store } from '../cells/cell.ts';
import { dropHold, freeClosed, holdSlot, repairHold } from '../cells/held-slot.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { CLOSING, FREE, generationOf, LIVE, stateOf } from '../cells/slot.ts';
import { unitBytes, unitsMax, unitsOf } from './size-class.ts';

/** An account's slot and the generation that tells its uses apart. */
export interface AccountId {
  readonly account: number;
  readonly generation: number;
}

/** The heap that accounts are of. */
export const chargedHeap = 0;
/** Budget of an account that may use whatever the heap has. */
export const unlimited = -1;
/** Below the generation: slot + 1. */
const slotBits = 9;
const slotMask: number = 2 ** slotBits - 1;

export function accountAt(memory: Memory, account: number): number {
  return memory.layout.accounts + account * ACCOUNT_WORDS;
}

/** What buffers and blocks of the account carry; never 0. */
export function tokenOf({ account, generation }: AccountId): number {
  return (account + 1) | (generation << slotBits);
}

/** The account that a token was made of, which may be over. Outcomes: undefined for a token that no account has. */
export function accountOfToken(memory: Memory, token: number): AccountId | undefined {
  const account = (token & slotMask) - 1;
  if (account < 0 || account >= memory.layout.limits.clients) return undefined;
  return { account, generation: token >>> slotBits };
}

/** Token of the account that a buffer was made through; 0 = none. It may be over. */
export function clientOf(memory: Memory, buffer: number): number {
  return load(memory.words, bufferAt(memory, buffer) + B_CLIENT);
}

/** The account that a token means, or -1: none, or one that is closed. */
export function currentAccount(memory: Memory, token: number): number {
  const account = (token & slotMask) - 1;
  if (account < 0 || account >= memory.layout.limits.clients) return -1;
  const word = load(memory.words, accountAt(memory, account) + AC_STATE);
  const isOpen = stateOf(word) === LIVE || stateOf(word) === CLOSING;
  return isOpen && generationOf(word) === token >>> slotBits ? account : -1;
}

/** Adds this agent's hold. Outcomes: false if the account is gone; then nothing is held. */
export function holdAccount(agent: Agent, { account, generation }: AccountId): boolean {
  const at = accountAt(agent, account);
  if (holdSlot(agent, at, generation)) return true;
  freeClosed(agent, at);
  return false;
}

/** Drops this agent's hold; the last one out closes the account: what it was charged for is the space's alone from then on. */
export function dropAccount(agent: Agent, account: number): void {
  const at = accountAt(agent, account);
  if (dropHold(agent, at, agent.index)) freeClosed(agent, at);
}

/** Holds of a stopped agent are dropped, what it was opening or closing is finished. Can be done again. */
export function repairAccounts(agent: Agent, deadIndex: number): void {
  for (let account = 0; account < agent.layout.limits.clients; account++) {
    const at = accountAt(agent, account);
    if (stateOf(load(agent.words, at + AC_STATE)) === FREE) continue;
    repairHold(agent, at, deadIndex);
    freeClosed(agent, at);
  }
}

/** Sets what may be in use at once. Less than is in use stops allocations until enough was freed. Context: held by this agent. */
export function setAccountBudget(memory: Memory, account: number, budgetBytes: number): void {
  const units = Math.min(Math.floor(budgetBytes / unitBytes), unitsMax);
  store(memory.words, accountAt(memory, account) + AC_BUDGET, units);
}

/** Whether the account's budget has room for so many units more. True for -1. Exact under the heap's lock, else a look. */
export function hasUnits(memory: Memory, account: number, units: number): boolean {
  if (account < 0) return true;
  const at = accountAt(memory, account);
  const budget = load(memory.words, at + AC_BUDGET);
  return budget === unlimited || load(memory.words, at + AC_USED) + units <= budget;
}

/** Whether the budget of the account that a token means has room for so many bytes more: a look, not a promise. */
export function hasAccountBudget(memory: Memory, token: number, bytes: number): boolean {
  return token === 0 || hasUnits(memory, currentAccount(memory, token), unitsOf(bytes));
}

/** Whether the budget of the account that a token means has room for so much when nothing else is in use. */
export function mayEverFit(memory: Memory, token: number, bytes: number): boolean {
  const account = currentAccount(memory, token);
  if (account < 0) return true;
  const budget = load(memory.words, accountAt(memory, account) + AC_BUDGET);
  return budget === unlimited || unitsOf(bytes) <= budget;
}

/** Context: the lock of the charged heap is held. */
export function chargeLocked(memory: Memory, account: number, units: number): void {
  const at = accountAt(memory, account);
  const used = load(memory.words, at + AC_USED) + units;
  store(memory.words, at + AC_USED, used);
  if (load(memory.words, at + AC_PEAK) < used) store(memory.words, at + AC_PEAK, used);
}

/** `isUndone`: as if it had never been charged, so that nobody takes it for memory that came free. Context: as `chargeLocked`. */
export function creditLocked(memory: Memory, token: number, units: number, isUndone: boolean): void {
  const account = currentAccount(memory, token);
  if (account < 0) return;
  const at = accountAt(memory, account);
  store(memory.words, at + AC_USED, load(memory.words, at + AC_USED) - units);
  if (!isUndone) add(memory.words, at + AC_FREED, 1);
}

/** Writes all sums anew, by account; for repairs. Context: as `chargeLocked`. */
export function recountLocked(memory: Memory, units: readonly number[]): void {
  for (let account = 0; account < memory.layout.limits.clients; account++) {
    // One number for each account.
    store(memory.words, accountAt(memory, account) + AC_USED, units[account] as number);
  }
}

/**
 * How often memory was freed that whoever waits for room waits for: of the account that the token means; with 0, or once that is
 * over, of anybody.
 */
export function freedCount(memory: Memory, token: number): number {
  const account = currentAccount(memory, token);
  return load(memory.words, account < 0 ? H_FREED : accountAt(memory, account) + AC_FREED);
}

/** The token of the buffer's account if that has no room for so many bytes more of the charged heap, else 0. */
export function shortAccount(memory: Memory, buffer: number, bytes: number): number {
  const token = clientOf(memory, buffer);
  return hasAccountBudget(memory, token, bytes) ? 0 : token;
}

/** What is known of an account: a look at a moment, without a lock. */
export interface AccountStats {
  readonly name: string;
  /** undefined: whatever the space has. */
  readonly budgetBytes: number | undefined;
  readonly priority: number;
  readonly usedBytes: number;
  /** The most that was in use at once. */
  readonly peakBytes: number;
}

/** Figures of the account that a token means. Outcomes: undefined if it is over. */
export function accountStats(memory: Memory, token: number): AccountStats | undefined {
  const account = currentAccount(memory, token);
  if (account < 0) return undefined;
  const { words } = memory;
  const at = accountAt(memory, account);
  const budget = load(words, at + AC_BUDGET);
  const stats = {
    name: nameAt(memory, at),
    budgetBytes: budget === unlimited ? undefined : budget * unitBytes,
    priority: priorityOfWord(load(words, at + AC_PRIORITY)),
    usedBytes: load(words, at + AC_USED) * unitBytes,
    peakBytes: load(words, at + AC_PEAK) * unitBytes,
  };
  // What was read is of this account only if it is still there.
  return currentAccount(memory, token) === account ? stats : undefined;
}

/** Tokens of all accounts that are open now. */
export function accountTokens(memory: Memory): number[] {
  const tokens: number[] = [];
  for (let account = 0; account < memory.layout.limits.clients; account++) {
    const generation = generationOf(load(memory.words, accountAt(memory, account) + AC_STATE));
    const token = tokenOf({ account, generation });
    if (currentAccount(memory, token) === account) tokens.push(token);
  }
  return tokens;
}

function nameAt(memory: Memory, at: number): string {
  const length = load(memory.words, at + AC_NAME_BYTES);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    bytes[index] = load(memory.words, at + AC_NAME + (index >>> 2)) >>> ((index & 3) * 8);
  }
  return new TextDecoder().decode(bytes);
}
