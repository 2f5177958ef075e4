/** Open tickets in a dump: which locks each holds, and which one it waits for. */
import { B_LOCK, BUFFER_WORDS } from '../base/layout.ts';
import { ticketsPerAgent } from '../base/limits.ts';
import { lockOf } from '../buffer/buffer.ts';
import { now } from '../cells/clock.ts';
import type { Memory } from '../cells/memory.ts';
import { isLive } from '../cells/memory.ts';
import type { Core } from '../core.ts';
import { userLockAt } from '../lock/lock-table.ts';
import { isTicketOpen, waitingOf } from '../lock/ticket.ts';
import { holderOf } from '../lock/ww-lock.ts';
import { openTransactions } from '../open-transactions.ts';
import { idOf } from './buffers.ts';
import type { TransactionDump } from './format.ts';

export function transactionsOf(core: Core): TransactionDump[] {
  const { agent } = core;
  const { agents, buffers, locks } = agent.layout.limits;
  const held = heldBy(agent, buffers, (buffer) => lockOf(agent, buffer));
  const heldByUsers = heldBy(agent, locks, (lock) => userLockAt(agent, lock));
  const own = new Map(openTransactions(core).map((opened) => [opened.set.ticket.id, opened]));
  const found: TransactionDump[] = [];
  for (let index = 0; index < agents; index++) {
    if (!isLive(agent, index)) continue;
    const first = index * ticketsPerAgent;
    for (let ticket = first; ticket < first + ticketsPerAgent - 1; ticket++) {
      if (!isTicketOpen(agent, ticket)) continue;
      const opened = own.get(ticket);
      found.push({
        agent: index,
        ticket,
        label: opened?.label ?? null,
        openMs: opened === undefined ? null : now() - opened.since,
        attempt: opened?.attempt ?? null,
        holds: (held.get(ticket) ?? []).map((buffer) => idOf(agent, buffer)),
        locks: heldByUsers.get(ticket)?.length ?? 0,
        waitsFor: bufferOfLock(agent, waitingOf(agent, ticket)),
      });
    }
  }
  return found;
}

/** Slots whose lock somebody holds, by ticket. */
function heldBy(memory: Memory, count: number, lockAt: (slot: number) => number): Map<number, number[]> {
  const held: Map<number, number[]> = new Map();
  for (let slot = 0; slot < count; slot++) {
    const ticket = holderOf(memory, lockAt(slot));
    if (ticket < 0) continue;
    const slots = held.get(ticket);
    if (slots === undefined) held.set(ticket, [slot]);
    else slots.push(slot);
  }
  return held;
}

/** Outcomes: the id of the buffer that the lock belongs to; null if it is a user's, or there is none. */
function bufferOfLock(memory: Memory, lockAt: number): number | null {
  const buffer = (lockAt - memory.layout.buffers - B_LOCK) / BUFFER_WORDS;
  return Number.isInteger(buffer) && buffer >= 0 && buffer < memory.layout.limits.buffers ? idOf(memory, buffer) : null;
}
