/**
 * What jobs that are still queued use: whoever comes later from the same submitter and conflicts with one of them waits
 * too, and need not be tried. A sweep over a long queue then costs its length, not its square.
 *
 * Per submitter: between submitters there is no order, and a job must not wait for a stranger's that waits for a lock.
 * Not here: the rule itself (`isBehindEarlier` in admit.ts); this only spares its calls within one sweep in order.
 */
import type { Use } from './job.ts';
import { isWriting } from './job.ts';

export interface WaitingUses {
  readonly read: Set<number>;
  readonly written: Set<number>;
}

const bufferCount = 2 ** 20;

export function noWaitingUses(): WaitingUses {
  return { read: new Set(), written: new Set() };
}

/** Whether a job with these uses conflicts with one that waits. */
export function conflictsWith(waiting: WaitingUses, submitter: number, uses: readonly Use[]): boolean {
  for (const use of uses) {
    const key = submitter * bufferCount + use.buffer;
    if (waiting.written.has(key) || (isWriting(use) && waiting.read.has(key))) return true;
  }
  return false;
}

/** A job with these uses waits from here on. */
export function noteWaiting(waiting: WaitingUses, submitter: number, uses: readonly Use[]): void {
  for (const use of uses) {
    const key = submitter * bufferCount + use.buffer;
    if (isWriting(use)) waiting.written.add(key);
    else waiting.read.add(key);
  }
}
