/**
 * What a job waits for together with its sources: buffers that nobody uses yet, and that later jobs leave where they are.
 *
 * A job that asked for contents has given up its locks, and has no point in any reservation: what it brought together could be
 * evicted by whoever asks next, and what that one brings by the first again, for ever. So the earlier one comes first: while
 * FLAG_ASKED says that a queued job has asked, its buffers are no victims of jobs that were submitted after it. Those wait for it as
 * for a lock, and not for memory; its admission rings them. The first of all is stopped by none, so it gets through.
 *
 * Transactions look at none of this: they hold locks, and a source may wait for one of these.
 * Not here: asking (admit.ts), and the filling itself (memory/filling.ts).
 */
import { H_JOB_TOP, J_ORDER } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import type { Request } from '../memory/evict.ts';
import { newRequest } from '../memory/evict.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { isIdle } from './idle.ts';
import { FLAG_ASKED, hasFlag, isWaitingForTurn, jobAt, loadPhase, usesOf } from './job.ts';

/** A request for room of a job. */
export function requestOf(set: LockSet, job: number): Request {
  let claimed: ReadonlySet<number> | undefined;
  const request = newRequest(set, (agent, buffer) => {
    if (!isIdle(agent, buffer)) return false;
    // Once a request: a look at all jobs.
    if (claimed === undefined) claimed = claimedBefore(agent, job);
    if (!claimed.has(buffer)) return true;
    if (request.contended < 0) request.contended = buffer;
    return false;
  });
  return request;
}

/** The buffers of earlier jobs that wait for sources. */
function claimedBefore(memory: Memory, job: number): ReadonlySet<number> {
  const { words } = memory;
  const claimed = new Set<number>();
  const order = load(words, jobAt(memory, job) + J_ORDER);
  const top = load(words, H_JOB_TOP);
  for (let other = 0; other < top; other++) {
    if (!isWaitingForTurn(loadPhase(memory, other)) || !hasFlag(memory, other, FLAG_ASKED)) continue;
    if (((load(words, jobAt(memory, other) + J_ORDER) - order) | 0) >= 0) continue;
    for (const { buffer } of usesOf(memory, other)) claimed.add(buffer);
  }
  return claimed;
}
