/**
 * What this thread knows of its transactions: which are open, and how those went that are over.
 *
 * Not here: running them (run-transaction.ts), telling people (report.ts).
 */
import { now } from './cells/clock.ts';
import type { Core } from './core.ts';
import type { LockSet } from './reservation/lock-set.ts';

/** Transactions of this thread that are over. */
export interface TransactionStats {
  /** Published. */
  readonly done: number;
  /** Rejected, given up, or thrown out of: nothing was published. */
  readonly failed: number;
  /** Runs beyond the first, of all of them, open ones included. */
  readonly retries: number;
  /** The most retries that any one needed. A transaction gives up with EBUSY after 10,000 runs. */
  readonly retriesMax: number;
}

/** One that is open: a body that never returns keeps its locks, and is found here. */
export interface OpenTransaction {
  readonly label: string;
  /** When it began, on the clock of `now`. */
  readonly since: number;
  readonly set: LockSet;
  /** Buffers that it has met. */
  readonly buffers: ReadonlySet<number>;
  /** Locks of the user's that it has met, by address. */
  readonly locks: ReadonlyMap<number, { readonly label: string }>;
  /** Which run of the body this is, from 1; 0 before the first. */
  attempt: number;
}

interface Ledger {
  /** A list: mostly it has one entry, and a set would make garbage of each that comes and goes. */
  readonly open: OpenTransaction[];
  readonly stats: { -readonly [K in keyof TransactionStats]: TransactionStats[K] };
}

const ledgers: WeakMap<Core, Ledger> = new WeakMap();

/** Notes that a transaction is open. Context: `endTransaction` comes, whatever happens, if its body ever returns. */
export function beginTransaction(core: Core, of: Omit<OpenTransaction, 'since' | 'attempt'>): OpenTransaction {
  const { label, set, buffers, locks } = of;
  const opened: OpenTransaction = { label, set, buffers, locks, since: now(), attempt: 0 };
  ledgerOf(core).open.push(opened);
  return opened;
}

/** The body runs, for the first time or again. */
export function noteRun(core: Core, transaction: OpenTransaction, attempt: number): void {
  transaction.attempt = attempt;
  if (attempt === 1) return;
  const { stats } = ledgerOf(core);
  stats.retries++;
  stats.retriesMax = Math.max(stats.retriesMax, attempt - 1);
}

export function endTransaction(core: Core, transaction: OpenTransaction, isDone: boolean): void {
  const { open, stats } = ledgerOf(core);
  const index = open.lastIndexOf(transaction);
  if (index === open.length - 1) open.pop();
  else open.splice(index, 1);
  if (isDone) stats.done++;
  else stats.failed++;
}

/** Those of this thread that are open, the oldest first. */
export function openTransactions(core: Core): readonly OpenTransaction[] {
  return ledgerOf(core).open;
}

export function transactionStatsOf(core: Core): TransactionStats {
  return { ...ledgerOf(core).stats };
}

function ledgerOf(core: Core): Ledger {
  let ledger = ledgers.get(core);
  if (ledger === undefined) {
    ledger = { open: [], stats: { done: 0, failed: 0, retries: 0, retriesMax: 0 } };
    ledgers.set(core, ledger);
  }
  return ledger;
}
