/**
 * Submitting jobs from this thread, and collecting what became of them.
 *
 * The submitter holds the buffers of a job until it has collected it, so disposing right after a call is right. Every
 * job is collected, waited for or not: that frees its slot. An error that nobody asked about becomes the space's
 * `unobserved` event; a dependent job counts as asking.
 */

import { admitOrQueue } from './admission.ts';
import { codeFromNumber, FencelineError } from './base/errors.ts';
import { J_ERROR, J_PARTS, J_RESULT } from './base/layout.ts';
import { load } from './cells/cell.ts';
import { loadBytes } from './cells/chunk.ts';
import { queueTask } from './cells/task.ts';
import type { Core } from './core.ts';
import { releaseBuffer, retainBuffer } from './core.ts';
import { errorInSlot, errorOfJob, failureOf, generalError, rememberFailure, withCauses } from './failure.ts';
import { DONE, pointStatus } from './fence/points.ts';
import { watchPoints } from './fence/watch.ts';
import type { Job, Outcome } from './fence.ts';
import { Fence } from './fence.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { decode } from './schedule/codec.ts';
import { collectSlot } from './schedule/complete.ts';
import { pendingDependency } from './schedule/dependencies.ts';
import { ACCESS_WRITE, FLAG_CANCELLED, isWriting, jobAt, laneOf, pointOfJob, setFlag } from './schedule/job.ts';
import { ringPool, wakeWorkers } from './schedule/pool.ts';
import type { JobSpec } from './schedule/submit.ts';
import { submitJob } from './schedule/submit.ts';
import { isAnnounced } from './schedule/take.ts';

type Settled<R> = Exclude<Outcome<R>, { status: 'pending' }>;

/** What a thread keeps of the jobs it submitted. */
interface Ledger {
  // Both are lists: the tables that a map leaves behind keep what was in them alive until the next full collection.
  /** By buffer, the last job of this thread that writes it: who uses the buffer asks about it. */
  readonly writers: (JobFence<unknown> | undefined)[];
  /** By slot, the job in it that was not collected yet. */
  readonly open: (JobFence<unknown> | undefined)[];
  readonly onUnobserved: ((error: FencelineError) => void)[];
}

const ledgers: WeakMap<Core, Ledger> = new WeakMap();

export interface Submission<R> {
  readonly spec: JobSpec;
  readonly label: string;
  /** The result from what its parts returned. */
  readonly toResult: (parts: readonly unknown[]) => R;
  readonly locks?: LockSet | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when its place in the order of its buffers is taken, if that was not done by a worker. */
  readonly onAdmitted?: (job: number) => void;
}

/** A job of this thread. */
export class JobFence<R> extends Fence<R> implements Job<R> {
  readonly label: string;
  readonly slot: number;
  readonly seqno: number;
  isObserved = false;
  /** Why it was cancelled, if this thread did. */
  reason: unknown;
  readonly #core: Core;

  constructor(core: Core, slot: number, seqno: number, label: string, collect: () => Settled<R>) {
    super(core, [{ timeline: laneOf(core.agent, slot), generation: 0, seqno }], label, collect);
    this.#core = core;
    this.label = label;
    this.slot = slot;
    this.seqno = seqno;
  }

  /** Takes its outcome out of shared memory if it is over. Nobody has asked for it by that. */
  collect(): void {
    void super.status;
  }

  cancel(reason?: unknown): void {
    const { agent, isClosed } = this.#core;
    // Looking collects it if it is over. Until then the slot is this job's: only its submitter frees it.
    if (isClosed || super.status !== 'pending') return;
    this.reason ??= reason;
    setFlag(agent, this.slot, FLAG_CANCELLED);
    ringPool(agent, this.slot);
  }

  override get status(): 'pending' | 'done' | 'failed' {
    this.isObserved = true;
    return super.status;
  }

  override get error(): FencelineError | undefined {
    this.isObserved = true;
    return super.error;
  }

  protected override asked(): void {
    this.isObserved = true;
  }
}

/** Submits a job. Outcomes: the job, at once; throws ENOSPC, or the signal's reason, with nothing changed. */
export function submit<R>(core: Core, submission: Submission<R>): JobFence<R> {
  const { spec, signal } = submission;
  signal?.throwIfAborted();
  for (const use of spec.uses) retainBuffer(core, use);
  let submitted: { job: number; seqno: number };
  try {
    submitted = claimOrCollect(core, spec);
  } catch (error) {
    for (const use of spec.uses) releaseBuffer(core, use.buffer);
    throw error;
  }
  const fence = createFence(core, submission, submitted.job, submitted.seqno);
  const onAbort = (): void => fence.cancel(signal?.reason);
  if (signal !== undefined) stopWith(core, signal, fence, onAbort);
  noteUses(core, spec, fence);
  admitOrQueue(core, submitted.job, submission.locks, () => {
    if (spec.pool >= 0) announce(core, submitted.job, spec);
    submission.onAdmitted?.(submitted.job);
  });
  return fence;
}

/** A thread that submits without returning to its event loop has not collected yet what is over. */
function claimOrCollect(core: Core, spec: JobSpec): { job: number; seqno: number } {
  try {
    return submitJob(core.agent, spec);
  } catch (error) {
    if (!FencelineError.is(error, 'ENOSPC') || !collectAll(core)) throw error;
    return submitJob(core.agent, spec);
  }
}

/** Outcomes: whether there was anything to collect. */
function collectAll(core: Core): boolean {
  const { open } = ledgerOf(core);
  let collected = 0;
  for (const fence of open) {
    fence?.collect();
    if (fence !== undefined && open[fence.slot] !== fence) collected++;
  }
  return collected > 0;
}

/** The signal stops the job; the job's end takes the listener off again. */
function stopWith(core: Core, signal: AbortSignal, fence: JobFence<unknown>, onAbort: () => void): void {
  signal.addEventListener('abort', onAbort, { once: true });
  watchPoints(core.agent, [pointOfJob(core.agent, fence.slot)], () => signal.removeEventListener('abort', onAbort));
}

/** Called with errors of jobs that nobody asked about. */
export function onUnobserved(core: Core, fn: (error: FencelineError) => void): () => void {
  const list = ledgerOf(core).onUnobserved;
  list.push(fn);
  return () => list.splice(list.indexOf(fn), 1);
}

function createFence<R>(core: Core, submission: Submission<R>, job: number, seqno: number): JobFence<R> {
  let outcome: Settled<R> | undefined;
  const collect = (): Settled<R> => {
    outcome ??= collectOutcome(core, submission, fence);
    return outcome;
  };
  const fence = new JobFence<R>(core, job, seqno, submission.label, collect);
  ledgerOf(core).open[job] = fence as JobFence<unknown>;
  watchPoints(core.agent, [{ timeline: laneOf(core.agent, job), generation: 0, seqno }], () => {
    const settled = collect();
    const { writers } = ledgerOf(core);
    for (const use of submission.spec.uses) if (writers[use.buffer] === fence) writers[use.buffer] = undefined;
    if (settled.status === 'failed') reportLater(core, fence, settled.error);
  });
  return fence;
}

/** Reads the outcome and frees the slot; the buffers may go now. Context: the job is over. */
function collectOutcome<R>(core: Core, submission: Submission<R>, fence: JobFence<R>): Settled<R> {
  const { spec, label, toResult } = submission;
  const { slot: job, seqno } = fence;
  const { agent } = core;
  // This thread has left: the slot is nobody's, or another's by now, and the results are gone.
  if (core.isClosed) return outcomeOfPoint(core, fence);
  const at = jobAt(agent, job);
  const code = load(agent.words, at + J_ERROR);
  const results: unknown[] = [];
  const parts = code === 0 ? load(agent.words, at + J_PARTS) : 0;
  for (let part = 0; part < parts; part++) {
    const chunk = load(agent.words, at + J_RESULT + part);
    const bytes = chunk === 0 ? undefined : loadBytes(agent, chunk);
    results.push(bytes === undefined ? undefined : decode(bytes, 0, bytes.length));
  }
  const told =
    code === 0
      ? undefined
      : (errorOfJob(agent, job, seqno) ?? errorInSlot(agent, job, codeFromNumber(code) ?? 'EUNKNOWN', label));
  collectSlot(agent, job, seqno);
  ledgerOf(core).open[job] = undefined;
  for (const use of spec.uses) releaseBuffer(core, use.buffer);
  if (told === undefined) return { status: 'done', value: toResult(results) };
  const error = withReason(withCauses(core, told), fence.reason);
  rememberFailure(core, job, seqno, error);
  return { status: 'failed', error };
}

function outcomeOfPoint<R>(core: Core, { slot, seqno, label }: JobFence<R>): Settled<R> {
  const point = { timeline: laneOf(core.agent, slot), generation: 0, seqno };
  const status = pointStatus(core.agent, point);
  // What it returned went with the slot.
  if (status === DONE) return { status: 'failed', error: generalError('EUNKNOWN', label) };
  return { status: 'failed', error: failureOf(core, point, status, label) };
}

function withReason(error: FencelineError, reason: unknown): FencelineError {
  if (reason === undefined || error.code !== 'ECANCELED') return error;
  return new FencelineError('ECANCELED', error.message, {}, reason) as FencelineError;
}

/** Wakes who can run it, or who must listen for what it waits for. */
function announce(core: Core, job: number, spec: JobSpec): void {
  const { agent } = core;
  const dependency = pendingDependency(agent, job);
  if (dependency === undefined) wakeWorkers(agent, spec.pool, spec.parts);
  else if (!isAnnounced(agent, dependency.timeline, spec.pool)) wakeWorkers(agent, spec.pool, 1);
}

/** Somebody looks at the buffer: an error of the job that wrote it is theirs to hear. */
export function askAbout(core: Core, buffer: number): void {
  const writer = ledgerOf(core).writers[buffer];
  if (writer !== undefined) writer.isObserved = true;
}

/** Using a buffer asks about the job that wrote it. */
function noteUses(core: Core, spec: JobSpec, fence: JobFence<unknown>): void {
  const { writers } = ledgerOf(core);
  for (const use of spec.uses) {
    // A full write looks at nothing: it heals the buffer, and the error stays untold.
    if (use.access !== ACCESS_WRITE || use.isPart) askAbout(core, use.buffer);
    if (isWriting(use) && spec.pool >= 0) writers[use.buffer] = fence;
  }
}

/** Who waits for it gets the chance to ask first: continuations of its waits are already under way. */
function reportLater(core: Core, fence: JobFence<unknown>, error: FencelineError): void {
  queueTask(() =>
    queueTask(() => {
      if (fence.isObserved) return;
      for (const fn of ledgerOf(core).onUnobserved) fn(error);
    }),
  );
}

function ledgerOf(core: Core): Ledger {
  let ledger = ledgers.get(core);
  if (ledger === undefined) {
    ledger = { writers: [], open: [], onUnobserved: [] };
    ledgers.set(core, ledger);
  }
  return ledger;
}
