/**
 * Wound-wait: an older ticket that waits makes the younger holder give way, at the holder's next wait and not before.
 *
 * T_WOUNDED of the holder's ticket names the ticket itself, with its incarnation, once it is wounded, so that a wound
 * that comes too late never hurts the next ticket of that slot. Order: the waiter registers, reads the lock word, reads
 * T_WOUNDED, reads the lock word again, and replaces T_WOUNDED by compare-exchange, then rings; the holder registers
 * where it wants to wait, then reads T_WOUNDED. Whichever comes second sees the other. Whoever becomes the holder while
 * others wait makes the test for itself. A wound is forgotten when its ticket, holding nothing, tries for a lock
 * or does not get one at once: until then it may cost a needless retry, exactly where it does in Linux.
 *
 * Source: kernel/locking/ww_mutex.h, __ww_mutex_wound, __ww_mutex_check_kill.
 */
import { L_WORD, T_WOUNDED } from '../base/layout.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import type { Agent } from '../cells/memory.ts';
import type { Ticket } from './ticket.ts';
import { agentOfTicket, holdingOf, OWNER_MASK, plainStamp, stampOf, ticketAt, ticketIdOf } from './ticket.ts';
import { forEachWaiter } from './waiters.ts';

export function isWounded(agent: Agent, ticket: Ticket): boolean {
  return load(agent.words, ticketAt(agent, ticket.id) + T_WOUNDED) === ticket.word;
}

/** Context: the ticket holds nothing, so nobody waits for it. */
export function forgetWound(agent: Agent, ticket: Ticket): void {
  store(agent.words, ticketAt(agent, ticket.id) + T_WOUNDED, 0);
}

/**
 * Wounds the holder that the lock word names if it is younger than this ticket, which holds locks and waits.
 * Outcomes: false if the lock word is another one by now, or somebody else changed the wound: look at everything again.
 */
export function tryWound(agent: Agent, lockAt: number, word: number, ticket: Ticket): boolean {
  const holder = ticketIdOf(word & OWNER_MASK);
  const at = ticketAt(agent, holder) + T_WOUNDED;
  const before = load(agent.words, at);
  const stamp = stampOf(agent, holder);
  if (load(agent.words, lockAt + L_WORD) !== word) return false;
  const isOlder = ticket.holding > 0 && stamp !== plainStamp && ticket.stamp < stamp;
  if (!isOlder || before === (word & OWNER_MASK)) return true;
  if (!cas(agent.words, at, before, word & OWNER_MASK)) return false;
  ring(agent, agentOfTicket(holder), -1);
  return true;
}

/** This ticket has just become the holder: it is wounded if an older one that holds locks waits here. */
export function woundIfOlderWaits(agent: Agent, lockAt: number, ticket: Ticket): void {
  forEachWaiter(agent, lockAt, (id) => {
    if (holdingOf(agent, id) === 0 || stampOf(agent, id) >= ticket.stamp) return;
    store(agent.words, ticketAt(agent, ticket.id) + T_WOUNDED, ticket.word);
  });
}
