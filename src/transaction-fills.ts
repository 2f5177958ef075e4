/**
 * Transactions over buffers whose contents only a source can make: what to do before the next run.
 *
 * Nobody waits for a source with a lock held: it may need that lock. So the run ends, a job of this thread reads the buffers, as
 * any job is admitted behind their filling; and while that keeps them in memory, their locks are taken, if that takes no
 * waiting. Where somebody has one, the job ends first, for the holder may wait for it: the contents may go again, and the next run asks anew.
 */
import { FencelineError, fail } from './base/errors.ts';
import { B_CONTENTS, B_SOURCE } from './base/layout.ts';
import type { BufferId } from './buffer/buffer.ts';
import { bufferAt, lockOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { now } from './cells/clock.ts';
import type { Core } from './core.ts';
import type { LocalJob } from './local-job.ts';
import { beginLocal, beginLocalSync } from './local-job.ts';
import { needsFilling } from './memory/filling.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { tryLock } from './reservation/lock-set.ts';
import type { RunLimits } from './run-limits.ts';
import type { Use } from './schedule/job.ts';
import { ACCESS_READ } from './schedule/job.ts';
import { refuseLate } from './waiting.ts';

/** What errors call the job that has buffers filled. */
const label = 'transaction';

/**
 * Notes a buffer whose contents are not there, to be filled before the next run. Context: locked, earlier users are over.
 * `blocks`: this thread is about to block. Outcomes: whether they are to be waited for, without the lock; EDEADLK if this
 * very thread, which blocks, would have to make them.
 */
export function noteAbsent(
  { agent }: Core,
  fills: Map<number, BufferId>,
  { buffer, generation, label: name }: BufferId & { readonly label: string },
  blocks: boolean,
): boolean {
  if (!needsFilling(agent, buffer)) return false;
  // The source failed: its error is the transaction's.
  if (fills.has(buffer) && load(agent.words, bufferAt(agent, buffer) + B_CONTENTS) !== 0) return false;
  if (blocks && load(agent.words, bufferAt(agent, buffer) + B_SOURCE) === agent.index + 1) {
    const sentence = `The transaction blocks this thread, which is the one to fill '${name}'. Hint: use transaction().`;
    fail('EDEADLK', sentence, { cycle: ['this thread', name, 'this thread'] });
  }
  fills.set(buffer, { buffer, generation });
  return true;
}

/** Has what was noted filled, and takes the locks. Context: nothing is held. Outcomes: rejects with ENOMEM, ENOSPC, ETIME, or the signal's reason. */
export async function lockFilled(core: Core, set: LockSet, limits: RunLimits): Promise<void> {
  const { signal, deadline } = limits;
  const left = deadline === Number.POSITIVE_INFINITY ? {} : { timeoutMs: Math.max(0, deadline - now()) };
  try {
    takeLocks(core, set, limits, await beginLocal(core, usesOf(limits), label, { signal, ...left }));
  } catch (error) {
    if (FencelineError.is(error, 'ETIME')) refuseLate(limits.timeoutMs, label);
    if (!isFailedInput(error)) throw error;
  }
}

/** The same, blocking this thread. Outcomes: also EDEADLK. */
export function lockFilledSync(core: Core, set: LockSet, limits: RunLimits): void {
  try {
    takeLocks(core, set, limits, beginLocalSync(core, usesOf(limits), label, limits));
  } catch (error) {
    if (!isFailedInput(error)) throw error;
  }
}

/** Contents that are in memory as long as the job is not over stay there while their lock is held. */
function takeLocks({ agent }: Core, set: LockSet, { fills }: RunLimits, job: LocalJob): void {
  for (const buffer of fills.keys()) tryLock(agent, set, lockOf(agent, buffer));
  job.end();
}

function usesOf({ fills }: RunLimits): Use[] {
  return Array.from(fills.values(), (id) => ({ ...id, access: ACCESS_READ, isPart: false }));
}

/** The source failed: the next run finds out, and says of which buffer. */
function isFailedInput(error: unknown): boolean {
  return FencelineError.is(error, 'EINPUT');
}
