/** The transaction that a driver's call was given: of this space, still running, and with the buffer's lock. */
import { disposeKey } from '../base/dispose.ts';
import { fail } from '../base/errors.ts';
import { lockOf } from '../buffer/buffer.ts';
import type { Core } from '../core.ts';
import type { Points } from '../fence/points.ts';
import { watchPoints } from '../fence/watch.ts';
import { type Fence, fenceOver, pointsOfFence } from '../fence.ts';
import type { Transaction } from '../transaction.ts';
import { AsyncTransaction } from '../transaction-async.ts';

/** Outcomes: the transaction; throws EINVAL, or the retry that it is on the way to. */
export function runningOf(tx: Transaction, core: Core): AsyncTransaction {
  if (!(tx instanceof AsyncTransaction) || tx.core !== core) {
    fail('EINVAL', 'The argument tx is not a transaction of this space.', { argument: 'tx' });
  }
  tx.check();
  return tx;
}

/** The same, of one that holds the lock. Outcomes: also EINVAL with a hint. */
export function lockingOf(tx: Transaction, core: Core, buffer: number, label: string): AsyncTransaction {
  const running = runningOf(tx, core);
  if (!running.set.held.includes(lockOf(core.agent, buffer))) {
    const sentence = `Buffer '${label}' is not locked by this transaction. Hint: await tx.lock(buffer) first.`;
    fail('EINVAL', sentence, { argument: 'tx' });
  }
  return running;
}

/**
 * Calls a hook that begins work after these points. What is known of them is kept until that work is over: fences are weak
 * values, and the hook may look late. Outcomes: the points of its work; or what it throws.
 */
export async function beginAfter(
  core: Core,
  points: Points,
  label: string,
  hook: (after: Fence) => Fence | Promise<Fence>,
): Promise<Points> {
  const after = fenceOver(core, points, label);
  const hold = after.hold();
  try {
    const work = pointsOfFence(await hook(after), core);
    watchPoints(core.agent, work, () => hold[disposeKey]());
    return work;
  } catch (error) {
    hold[disposeKey]();
    throw error;
  }
}
