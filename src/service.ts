/**
 * Transactions by which a thread serves others. They begin although all tickets of its other transactions are open: those may
 * be waiting for this very service.
 *
 * A thread has one ticket for that, which is taken in turns. Why nobody waits in a circle: who waits for a service holds no
 * lock meanwhile (`postpone` in transaction-base.ts; jobs hold none while they are queued), so neither a service nor the one
 * before it waits for whom it serves. Not here: retries (run-transaction.ts).
 */
import type { Core } from './core.ts';
import { areTicketsOpen } from './lock/ticket.ts';
import { openServiceSet } from './reservation/lock-set.ts';
import { runTransaction } from './run-transaction.ts';
import type { Transaction, TransactionOptions } from './transaction.ts';

/** When the ticket for services is free again. */
const turns: WeakMap<Core, Promise<unknown>> = new WeakMap();

/** As `runTransaction`, with a ticket in any case. */
export function runService<R>(
  core: Core,
  body: (tx: Transaction) => Promise<R>,
  options: TransactionOptions,
): Promise<R> {
  if (!areTicketsOpen(core.agent)) return runTransaction(core, body, options);
  const begin = (): Promise<R> => runTransaction(core, body, options, openServiceSet);
  const mine = (turns.get(core) ?? Promise.resolve()).then(begin, begin);
  turns.set(core, mine);
  return mine;
}
