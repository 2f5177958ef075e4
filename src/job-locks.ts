/** A job that is submitted within a transaction: its buffers are locked under the transaction's ticket. */
import { fail } from './base/errors.ts';
import type { BufferId } from './buffer/buffer.ts';
import type { Core } from './core.ts';
import { nameOfBuffer } from './report.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { BaseTransaction } from './transaction-base.ts';

/** The locks of a running transaction, with those of a job that is submitted under it. Outcomes: them; throws Retry, EINVAL. */
export function lockSetOf(tx: unknown, core: Core, uses: readonly BufferId[]): LockSet {
  if (!(tx instanceof BaseTransaction) || tx.core !== core) {
    fail('EINVAL', 'The option tx is not a transaction of this space.', { argument: 'tx' });
  }
  tx.check();
  for (const { buffer } of uses) {
    if (!tx.drafts.has(buffer)) continue;
    const sentence: string = `Buffer '${nameOfBuffer(core, buffer)}' has a draft in this transaction, which no job can see.`;
    fail('EINVAL', `${sentence} Hint: publish it first.`, { argument: 'tx' });
  }
  for (const use of uses) tx.lockNow(use);
  return tx.set;
}
