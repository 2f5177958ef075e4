/**
 * Opening an account for a client. Order of steps, each of which may be the last: account.ts.
 *
 * Not here: the shell that users see (src/client.ts).
 */
import { fail } from '../base/errors.ts';
import {
  AC_BUDGET,
  AC_FREED,
  AC_NAME,
  AC_NAME_BYTES,
  AC_PEAK,
  AC_PRIORITY,
  AC_REFS,
  AC_REFS_OVERFLOW,
  AC_STATE,
  AC_USED,
  ACCOUNT_WORDS,
  clientNameBytes,
} from '../base/layout.ts';
import { wordOfPriority } from '../base/priority-word.ts';
import { load, store } from '../cells/cell.ts';
import { addAgent } from '../cells/interest.ts';
import type { Agent } from '../cells/memory.ts';
import { claimSlot, generationOf, nobody, publishSlot } from '../cells/slot.ts';
import { type AccountId, accountAt, chargedHeap, setAccountBudget, unlimited } from './account.ts';
import { enterHeap } from './allocator.ts';
import { unlockHeap } from './heap-lock.ts';

export interface AccountSpec {
  /** In UTF-8, no longer than `clientNameBytes`. */
  readonly name: Uint8Array;
  /** undefined: whatever the space has. */
  readonly budgetBytes: number | undefined;
  readonly priority: number;
}

/** Outcomes: the account, with nothing in use, held by this agent; or ENOSPC. Context: no heap locked; may block as `allocateBlock`. */
export function openAccount(agent: Agent, { name, budgetBytes, priority }: AccountSpec): AccountId {
  const { words, layout } = agent;
  const count = layout.limits.clients;
  const from = agent.cursors.get(layout.accounts) ?? 0;
  const account = claimSlot(words, layout.accounts, ACCOUNT_WORDS, count, from, agent.index);
  if (account < 0) {
    fail('ENOSPC', `All clients (${count}) are in use. Hint: raise limits.clients, or close some.`, {
      limit: 'clients',
      value: count,
    });
  }
  agent.cursors.set(layout.accounts, (account + 1) % count);
  const at = accountAt(agent, account);
  store(words, at + AC_REFS, 0);
  store(words, at + AC_REFS_OVERFLOW, 0);
  store(words, at + AC_FREED, 0);
  store(words, at + AC_PRIORITY, wordOfPriority(priority));
  if (budgetBytes === undefined) store(words, at + AC_BUDGET, unlimited);
  else setAccountBudget(agent, account, budgetBytes);
  writeName(agent, at, name);
  forgetUse(agent, at);
  addAgent(words, at + AC_REFS, at + AC_REFS_OVERFLOW, agent.index);
  publishSlot(words, at + AC_STATE, nobody);
  return { account, generation: generationOf(load(words, at + AC_STATE)) };
}

/** Under the lock: a section that was charging the former account of the slot is over, and later ones know that it is closed. */
function forgetUse(agent: Agent, at: number): void {
  const heap = enterHeap(agent, chargedHeap);
  store(agent.words, at + AC_USED, 0);
  store(agent.words, at + AC_PEAK, 0);
  unlockHeap(agent, heap);
}

function writeName(agent: Agent, at: number, name: Uint8Array): void {
  const length = Math.min(name.length, clientNameBytes);
  store(agent.words, at + AC_NAME_BYTES, length);
  for (let word = 0; word * 4 < length; word++) {
    let bits = 0;
    for (let byte = 0; byte < 4; byte++) bits |= (name[word * 4 + byte] ?? 0) << (byte * 8);
    store(agent.words, at + AC_NAME + word, bits);
  }
}
