/** What all runs of one transaction share. Not here: running them (run-transaction.ts). */
import type { BufferId } from './buffer/buffer.ts';
import type { Contention } from './contention.ts';
import type { Injection } from './lock/injection.ts';
import type { UserLock } from './user-lock.ts';

/** What holds for all runs of a transaction. */
export interface RunLimits {
  readonly timeoutMs: number | undefined;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly contend: Contention;
  /** With 'kernel': how far the ticket is in the schedule. */
  readonly injection: Injection | undefined;
  /** Submission order when it began: jobs before that come first. */
  readonly order: number;
  /** Buffers whose turn had not come when a job needed them at once: waited for before the next run. */
  readonly turns: Set<number>;
  /** Buffers that their source had not filled when they were needed: filled before the next run. */
  readonly fills: Map<number, BufferId>;
  /** Buffers that stay this thread's until the locks are free, also if the body disposes of them. */
  readonly kept: Set<number>;
  /** The same of locks, by address. */
  readonly keptLocks: Map<number, UserLock>;
}
