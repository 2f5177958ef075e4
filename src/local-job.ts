/**
 * Jobs that this thread does itself: mappings, copies in and out, promises as fences.
 *
 * They take their turn like any job: a slot, a point in the reservations of their buffers, dependencies. Then this
 * thread does the work and ends them. If it stops meanwhile, its repair fails them.
 */

import { checkPatience, leaveError, serveQueue } from './admission.ts';
import type { Code } from './base/errors.ts';
import { codeFromNumber, codeNumber, FencelineError, fail } from './base/errors.ts';
import { B_CONTENTS, B_CONTENTS_JOB, B_CONTENTS_SEQNO, B_SOURCE, J_ERROR } from './base/layout.ts';
import { bufferAt } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { now } from './cells/clock.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core } from './core.ts';
import { swapName } from './core.ts';
import { causeOfJob, generalError } from './failure.ts';
import type { Points } from './fence/points.ts';
import { followSignal } from './follow-signal.ts';
import type { JobFence } from './job.ts';
import { submit } from './job.ts';
import { clientOf } from './memory/account.ts';
import { isAbsent } from './memory/filling.ts';
import { freshen } from './memory/placement.ts';
import { nameOfBuffer } from './report.ts';
import { completeJob, decideError } from './schedule/complete.ts';
import type { Dependency } from './schedule/dependencies.ts';
import { pendingDependency } from './schedule/dependencies.ts';
import type { Use } from './schedule/job.ts';
import {
  ACCESS_WRITE,
  ADMITTED,
  DONE_JOB,
  FINISHING,
  FLAG_FILL,
  FLAG_TOUCHED,
  hasFlag,
  jobAt,
  loadPhase,
  movePhase,
  phaseOf,
  QUEUED,
  RUNNING,
  seqnoOfJob,
  setFlag,
} from './schedule/job.ts';
import { touchBuffer } from './schedule/take.ts';
import type { WaitOptions } from './waiting.ts';
import { blockUntilOver, deadlineOf, isLockedHere, isOwedHere, refuseLate, whenOver } from './waiting.ts';

const noBytes: Uint8Array = new Uint8Array(0);

/** Until when a blocking call waits, on the clock of `now`; and how long that was to be. */
interface Limit {
  readonly deadline: number;
  readonly timeoutMs: number | undefined;
}

const unlimited: Limit = { deadline: Number.POSITIVE_INFINITY, timeoutMs: undefined };

/** A job under way on this thread. */
export interface LocalJob {
  readonly fence: JobFence<void>;
  /** Ends it, once; with an error if what it did failed. */
  end(error?: FencelineError): void;
}

/** Submits a job of this thread; it is not begun yet. */
function open(
  core: Core,
  uses: readonly Use[],
  label: string,
  onAdmitted: () => void,
  flags: number = 0,
): JobFence<void> {
  const [first] = uses;
  const spec = {
    pool: -1,
    kernel: -1,
    client: first === undefined ? 0 : clientOf(core.agent, first.buffer),
    uses,
    after: [],
    record: noBytes,
    parts: 1,
    rows: 0,
    priority: 0,
    retries: 0,
    flags,
    timeoutMs: 0,
  };
  const fence = submit<void>(core, { spec, label, toResult: () => undefined, onAdmitted });
  // Whoever opened it looks at its outcome in another way.
  fence.isObserved = true;
  return fence;
}

/**
 * Takes this thread's turn at the buffers. Outcomes: the job, begun; rejects with the input's error (EINPUT), ENOMEM,
 * ETIME or the signal's reason, and then the job is over.
 */
export async function beginLocal(
  core: Core,
  uses: readonly Use[],
  label: string,
  options: WaitOptions,
  flags: number = 0,
): Promise<LocalJob> {
  const deadline = deadlineOf(options.timeoutMs);
  options.signal?.throwIfAborted();
  const admission = new Admission();
  const fence = open(core, uses, label, () => admission.open(), flags);
  try {
    if (!admission.isOpen) await admission.wait(fence, options);
    for (;;) {
      const next = nextDependency(core, fence);
      if (next === undefined) break;
      const left =
        deadline === Number.POSITIVE_INFINITY ? options : { ...options, timeoutMs: Math.max(0, deadline - now()) };
      if (!(await whenOver(core, [next], left))) return refuseLate(options.timeoutMs, label);
    }
  } catch (error) {
    abandon(core, fence);
    throw error;
  }
  return start(core, fence, uses, label);
}

/** The same, blocking this thread. Context: it may block. Outcomes: also EDEADLK if this thread is in its own way. */
export function beginLocalSync(core: Core, uses: readonly Use[], label: string, limit: Limit = unlimited): LocalJob {
  let isAdmitted = false;
  const fence = open(core, uses, label, () => {
    isAdmitted = true;
  });
  try {
    const isQueued = (): boolean => phaseOf(loadPhase(core.agent, fence.slot)) < ADMITTED;
    const look = (): boolean => {
      serveQueue(core);
      checkPatience(core);
      return isAdmitted || !isQueued() || isLockedHere(core.agent, fence.slot) || isFilledHere(core, uses);
    };
    if (!isAdmitted && !sleepUntil(core.agent, look, limit.deadline)) refuseLate(limit.timeoutMs, label);
    if (isQueued()) refuseBlocking(label);
    for (;;) {
      const next = nextDependency(core, fence);
      if (next === undefined) break;
      const isOwed = (of: Points): boolean => isOwedHere(core, of);
      if (isOwed([next]) || !blockUntilOver(core, [next], limit.deadline, isOwed)) refuseBlocking(label);
      if (now() >= limit.deadline) refuseLate(limit.timeoutMs, label);
    }
  } catch (error) {
    abandon(core, fence);
    throw error;
  }
  return start(core, fence, uses, label);
}

/** This thread, which is about to block, would have to fill what it waits for. */
function isFilledHere({ agent }: Core, uses: readonly Use[]): boolean {
  return uses.some(
    (use) =>
      isAbsent(agent, use.buffer) && load(agent.words, bufferAt(agent, use.buffer) + B_SOURCE) === agent.index + 1,
  );
}

function refuseBlocking(label: string): never {
  fail('EDEADLK', `The ${label} would never begin: this thread has to end first what it waits for.`, {
    cycle: [label, 'this thread', label],
  });
}

/** A job without buffers: a point that this thread promises. It is begun at once. */
export function promiseLocal(core: Core, label: string): LocalJob {
  const fence = open(core, [], label, () => {});
  // Handed out: whether anybody asks about it is seen on it.
  fence.isObserved = false;
  return start(core, fence, [], label);
}

/** Waiting for the turn in the queue: `open` may be called before anybody waits. */
class Admission {
  isOpen = false;
  #resolve: (() => void) | undefined;

  open(): void {
    this.isOpen = true;
    this.#resolve?.();
  }

  /** Ends also if the job fails in the queue, or the wait's time or signal ends. */
  async wait(fence: JobFence<void>, options: WaitOptions): Promise<void> {
    const opened = new Promise<'open'>((resolve) => {
      this.#resolve = () => resolve('open');
    });
    const stop = followSignal(options.signal);
    const { signal } = stop;
    const { timeoutMs } = options;
    const settled = fence.settled(timeoutMs === undefined ? { signal } : { timeoutMs, signal });
    try {
      const first = await Promise.race([opened, settled]);
      if (first === 'open') return;
      if (first.status === 'failed') throw first.error;
      if (!this.isOpen) refuseLate(timeoutMs, fence.label);
    } finally {
      stop.letGo();
      stop.abort();
      settled.catch(() => {});
    }
  }
}

function nextDependency(core: Core, fence: JobFence<void>): Dependency | undefined {
  if (phaseOf(loadPhase(core.agent, fence.slot)) !== ADMITTED) return undefined;
  return pendingDependency(core.agent, fence.slot);
}

/** Its dependencies are over: from here on this thread works on the buffers. */
function start(core: Core, fence: JobFence<void>, uses: readonly Use[], label: string): LocalJob {
  const { agent } = core;
  const word = loadPhase(agent, fence.slot);
  if (phaseOf(word) !== ADMITTED || seqnoOfJob(agent, fence.slot) !== fence.seqno)
    throw fence.error ?? generalError('ECANCELED', label);
  movePhase(agent, fence.slot, word, RUNNING, agent.index);
  const isFilling = hasFlag(agent, fence.slot, FLAG_FILL);
  if (isFilling && !uses.every(({ buffer }) => isAbsent(agent, buffer))) {
    // Whoever had a turn before it has written the buffer: the source does not know these contents.
    finish(core, fence, undefined);
    throw generalError('ECANCELED', label);
  }
  if (load(agent.words, jobAt(agent, fence.slot) + J_ERROR) !== 0) {
    // It failed while it was queued: there was no memory, so there is nothing to look at. Who asked for a filling hears of it.
    if (isFilling) setFlag(agent, fence.slot, FLAG_TOUCHED);
    finish(core, fence, undefined);
    throw fence.error ?? generalError('ENOMEM', label);
  }
  const failed = failedInput(core, uses, label);
  if (failed !== undefined) {
    finish(core, fence, failed);
    throw failed;
  }
  setFlag(agent, fence.slot, FLAG_TOUCHED);
  for (const use of uses) {
    if (isFilling) freshen(agent, use.buffer);
    else touchBuffer(agent, use);
  }
  let isEnded = false;
  return {
    fence,
    end: (error) => {
      if (isEnded) return;
      isEnded = true;
      finish(core, fence, error);
      // Looking collects it: its slot and its buffers are free from here on, not at the next turn of the event loop.
      fence.collect();
    },
  };
}

/** Ends a local job before it was begun: its buffers were not touched. */
function abandon(core: Core, fence: JobFence<void>): void {
  const { agent } = core;
  const word = loadPhase(agent, fence.slot);
  const phase = phaseOf(word);
  if (seqnoOfJob(agent, fence.slot) !== fence.seqno || phase >= FINISHING || phase === DONE_JOB) return;
  if (phase !== QUEUED && phase !== ADMITTED) return;
  decideError(agent, fence.slot, codeNumber('ECANCELED'));
  if (movePhase(agent, fence.slot, word, FINISHING, agent.index)) completeJob(agent, fence.slot);
}

function finish(core: Core, fence: JobFence<void>, error: FencelineError | undefined): void {
  const { agent } = core;
  // A thread that has left owes nothing any more: its repair ended the job, and the slot may be another's.
  if (core.isClosed || seqnoOfJob(agent, fence.slot) !== fence.seqno) return;
  if (error !== undefined) leaveError(core, fence.slot, error);
  movePhase(agent, fence.slot, loadPhase(agent, fence.slot), FINISHING, agent.index);
  completeJob(agent, fence.slot);
}

/** The error of the write that left one of the buffers bad, as the reason why `label` does not run. */
export function failedInput(
  core: Core,
  uses: readonly Use[],
  label: string,
  nameOf: (buffer: number) => string = (buffer) => nameOfBuffer(core, buffer),
): FencelineError | undefined {
  const { agent } = core;
  for (const use of uses) {
    if (use.access === ACCESS_WRITE && !use.isPart) continue;
    const at = bufferAt(agent, use.buffer);
    const code = load(agent.words, at + B_CONTENTS);
    if (code === 0 && isAbsent(agent, use.buffer)) return notFilled(label, nameOf(use.buffer));
    if (code === 0) continue;
    const job = load(agent.words, at + B_CONTENTS_JOB) - 1;
    const input = nameOf(use.buffer);
    if (job < 0 && code === codeNumber('EIO')) return lostContents(label, input);
    const cause = causeOf(core, job, load(agent.words, at + B_CONTENTS_SEQNO), codeFromNumber(code) ?? 'EUNKNOWN');
    return new FencelineError(
      'EINPUT',
      `${label} did not run, because the job that should have written '${input}' failed: ${cause.message}`,
      { job: label, input },
      cause,
    ) as FencelineError;
  }
  return undefined;
}

/** Whoever was about to replace the contents did not: they are not there, and were not asked for. */
function notFilled(label: string, input: string): FencelineError {
  const cause = generalError('ECANCELED', `what should have replaced the contents of '${input}'`);
  const sentence = `${label} did not run, because the job that should have written '${input}' never began.`;
  return new FencelineError('EINPUT', sentence, { job: label, input }, cause) as FencelineError;
}

/** No job failed: what was swapped out came back otherwise, or not at all (memory/transfer.ts). */
function lostContents(label: string, input: string): FencelineError {
  const sentence = `The contents of '${input}' were swapped out, and heap '${swapName}' did not give back what was written.`;
  const cause = new FencelineError('EIO', sentence, { errno: codeNumber('EIO') });
  const details = { job: label, input };
  return new FencelineError('EINPUT', `${label} did not run: ${sentence}`, details, cause) as FencelineError;
}

function causeOf(core: Core, job: number, seqnoLow: number, code: Code): FencelineError {
  if (job < 0) return generalError(code, 'the last write');
  // The number as it is now is not smaller, and not 2^32 ahead.
  const now = seqnoOfJob(core.agent, job);
  return causeOfJob(core, job, now - (((now | 0) - seqnoLow) >>> 0), code);
}
