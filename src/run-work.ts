/**
 * Running one job, or one part of one, on this thread: views for the kernel, its result or error into shared memory.
 */

import { leaveError } from './admission.ts';
import { bytesPerElement } from './base/dtype.ts';
import { errorNumber, FencelineError, isFencelineError } from './base/errors.ts';
import { J_CLIENT, J_ERROR, J_FLAGS, J_KERNEL, J_PARTS, J_POOL, J_RESULT, J_ROWS } from './base/layout.ts';
import type { CallRecord, CallUse } from './call-record.ts';
import { decodeCall, encodeScratch } from './call-record.ts';
import { load, store } from './cells/cell.ts';
import { storeBytes } from './cells/chunk.ts';
import type { Agent } from './cells/memory.ts';
import { TRACE_BEGIN, TRACE_END, trace } from './cells/trace.ts';
import type { Core } from './core.ts';
import type { KernelParts } from './device/kernel.ts';
import { signatureOf } from './device/kernel.ts';
import type { BufferSpec, Plan } from './device/plan.ts';
import { assembleViews, planOf } from './device/plan.ts';
import { causeOfPoint, errorInSlot, generalError } from './failure.ts';
import type { LiveView } from './live-view.ts';
import { viewOver } from './live-view.ts';
import { failedInput } from './local-job.ts';
import { enterSection, leaveSection, SIGNALLING } from './lock/validator.ts';
import { bytesOfBuffer } from './memory/placement.ts';
import { newReaderCheck, type ReaderCheck } from './reader-check.ts';
import { failedDependency } from './schedule/dependencies.ts';
import { chunkOwnerOf, FLAG_CANCELLED, jobAt, laneOf, seqnoOfJob, usesOf } from './schedule/job.ts';
import { recordOf } from './schedule/submit.ts';
import type { Work } from './schedule/take.ts';
import { finishPart } from './schedule/take.ts';
import { isOverdue, noteStart } from './schedule/time-limit.ts';
import type { Space } from './space.ts';
import { spaceFor } from './space.ts';

const plans: WeakMap<KernelParts, Plan> = new WeakMap();

/** Given to a running kernel (kernel.ts). */
class RunningJob {
  readonly from: number;
  readonly label: string;
  readonly #core: Core;
  readonly #job: number;
  readonly #seqno: number;
  /** Token of the account of the client whose job it is. */
  readonly #client: number;

  constructor(core: Core, job: number, from: number, label: string) {
    this.#core = core;
    this.#job = job;
    this.#seqno = seqnoOfJob(core.agent, job);
    this.from = from;
    this.label = label;
    this.#client = load(core.agent.words, jobAt(core.agent, job) + J_CLIENT);
  }

  /** What it makes of it is charged to the client that its pool was made through. */
  get space(): Space {
    return spaceFor(this.#core, this.#client);
  }

  /** One load: whether somebody cancelled the job, or another part of it failed. */
  get cancelled(): boolean {
    return (
      isCancelled(this.#core, this.#job) ||
      isOverdue(this.#core.agent, this.#job, 0) ||
      seqnoOfJob(this.#core.agent, this.#job) !== this.#seqno
    );
  }
}

/** A kernel that was called. */
interface Running {
  readonly core: Core;
  readonly work: Work;
  readonly call: CallRecord;
  readonly views: readonly LiveView[];
  readonly check: ReaderCheck | undefined;
}

/** Runs work that this thread has taken. Outcomes: undefined when it is over, or a promise of an asynchronous kernel. */
export function runWork(
  core: Core,
  kernels: readonly KernelParts[],
  work: Work,
  worker: number,
): Promise<void> | undefined {
  const { agent } = core;
  const kernel = kernels[load(agent.words, jobAt(agent, work.job) + J_KERNEL)];
  const call = decodeCall(recordOf(agent, work.job));
  const early = kernel === undefined ? generalError('ENOENT', call.label) : reasonNotToRun(core, work, call);
  if (kernel === undefined || early !== undefined) {
    end(core, work, early);
    return undefined;
  }
  noteStart(agent, work.job);
  if (agent.tracer !== undefined)
    traceWork(core, work, TRACE_BEGIN, load(agent.words, jobAt(agent, work.job) + J_KERNEL) | (work.part << 16));
  const plan = planFor(kernel);
  const rows = rowsOf(core, work);
  const check = newReaderCheck(core);
  const views = viewsOf(core, plan, call, rows, check);
  const running = { core, work, call, views, check };
  const context = new RunningJob(core, work.job, rows.from, call.label);
  try {
    const args = assembleViews(plan, views, call.plain);
    const result =
      agent.validator === undefined ? kernel.run(args, context) : onTheWay(agent, () => kernel.run(args, context));
    if (!(result instanceof Promise)) {
      endWith(running, result);
      return undefined;
    }
    return result.then(
      (value) => endWith(running, value),
      (thrown: unknown) => endThrown(running, kernelError(call, worker, thrown)),
    );
  } catch (thrown) {
    endThrown(running, kernelError(call, worker, thrown));
    return undefined;
  }
}

/** A kernel is on the way to the signal of its job (C2): the validator holds it to that, up to its first await. */
function onTheWay<R>(agent: Agent, run: () => R): R {
  enterSection(agent, SIGNALLING);
  try {
    return run();
  } finally {
    leaveSection(agent, SIGNALLING);
  }
}

function traceWork({ agent }: Core, { job }: Work, kind: number, detail: number): void {
  const pool = load(agent.words, jobAt(agent, job) + J_POOL);
  trace(agent, kind, laneOf(agent, job), pool + 1, seqnoOfJob(agent, job), detail);
}

/** Cancelled, out of time, or one of its inputs failed. */
function reasonNotToRun(core: Core, { job }: Work, call: CallRecord): FencelineError | undefined {
  const { agent } = core;
  if (isCancelled(core, job)) return generalError('ECANCELED', call.label);
  // Another part of it has used up the time.
  if (isOverdue(agent, job, 0)) return errorInSlot(agent, job, 'ETIME', call.label);
  const failed = failedDependency(agent, job);
  if (failed !== undefined) {
    const cause = causeOfPoint(core, failed.point, failed.status);
    return new FencelineError(
      'EINPUT',
      `${call.label} did not run, because a fence named in its 'after' failed: ${cause.message}`,
      { job: call.label, input: 'after' },
      cause,
    ) as FencelineError;
  }
  return failedInput(core, usesOf(agent, job), call.label, (buffer) => labelIn(call, buffer));
}

/** What the caller calls the buffer. */
function labelIn(call: CallRecord, buffer: number): string {
  return call.uses.find((use) => use.buffer === buffer)?.label ?? `buffer ${buffer}`;
}

function isCancelled(core: Core, job: number): boolean {
  const at = jobAt(core.agent, job);
  return (load(core.agent.words, at + J_FLAGS) & FLAG_CANCELLED) !== 0 || load(core.agent.words, at + J_ERROR) !== 0;
}

interface Rows {
  readonly from: number;
  readonly to: number;
  /** 0 if the job is not split. */
  readonly all: number;
}

/** The rows of this part: all parts together are all rows, and the sizes differ by one at most. */
function rowsOf({ agent }: Core, { job, part }: Work): Rows {
  const at = jobAt(agent, job);
  const all = load(agent.words, at + J_ROWS);
  const parts = load(agent.words, at + J_PARTS);
  return { from: Math.floor((all * part) / parts), to: Math.floor((all * (part + 1)) / parts), all };
}

function viewsOf(core: Core, plan: Plan, call: CallRecord, rows: Rows, check: ReaderCheck | undefined): LiveView[] {
  const views: LiveView[] = [];
  let next = 0;
  let nextPlain = 0;
  for (const step of plan.steps) {
    if (step.kind !== 'buffer' && step.kind !== 'many') {
      nextPlain++;
      continue;
    }
    // A list is preceded by its length among the plain values.
    const count = step.kind === 'many' ? (call.plain[nextPlain++] as number) : 1;
    // The submitter wrote one use per buffer of the plan.
    for (let index = 0; index < count; index++)
      views.push(viewOf(core, step, call.uses[next++] as CallUse, rows, check));
  }
  return views;
}

function viewOf(core: Core, spec: BufferSpec, use: CallUse, rows: Rows, check: ReaderCheck | undefined): LiveView {
  const element = bytesPerElement(use.dtype);
  const [rowCount = 1, ...rest] = use.shape;
  const isCut = spec.isSplit && rows.all > 0;
  const rowLength = rest.reduce((product, dim) => product * dim, 1);
  const shape = isCut ? [rows.to - rows.from, ...rest] : use.shape;
  const count = isCut ? (rows.to - rows.from) * rowLength : use.shape.length === 0 ? 1 : rowCount * rowLength;
  const start = (use.offset + (isCut ? rows.from * rowLength : 0)) * element;
  const bytes = bytesOfBuffer(core.agent, use.buffer).subarray(start, start + count * element);
  if (spec.param.access === 'read') check?.add(use.label, bytes);
  return viewOver(use.dtype, shape, bytes, use.label);
}

function endWith({ core, work, call, views, check }: Running, result: unknown): void {
  const { label, kernel } = call;
  for (const view of views) view.end();
  try {
    storeResult(core, work, result);
  } catch (error) {
    end(core, work, isFencelineError(error) ? error : resultError(label, error));
    return;
  }
  // What was asked to stop may have stopped half way: it does not count as done.
  if (isCancelled(core, work.job)) end(core, work, generalError('ECANCELED', label));
  else if (isOverdue(core.agent, work.job, 0)) end(core, work, errorInSlot(core.agent, work.job, 'ETIME', label));
  else {
    const changed = check?.changed();
    end(core, work, changed === undefined ? undefined : readerError(label, kernel, changed));
  }
}

/** `changed`: what it reads (debug.checkReaders). */
function readerError(label: string, kernel: string, changed: string): FencelineError {
  const sentence = `Buffer '${changed}' changed while the kernel of ${label} ran, which declares to read it: it was written by that kernel, or by one that ran at the same time.`;
  return new FencelineError('EKERNEL', sentence, { job: label, kernel, worker: -1 }) as FencelineError;
}

/** What the kernel returned threw while it was read: its fault, not ours. */
function resultError(label: string, thrown: unknown): FencelineError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const details = { job: label, kernel: label, worker: -1 };
  return new FencelineError(
    'EKERNEL',
    `The result of ${label} cannot be read: ${message}`,
    details,
    thrown,
  ) as FencelineError;
}

function endThrown({ core, work, views }: Running, error: FencelineError): void {
  for (const view of views) view.end();
  end(core, work, error);
}

function storeResult({ agent }: Core, { job, part }: Work, result: unknown): void {
  if (result === undefined) return;
  const chunk = storeBytes(agent, encodeScratch(result), chunkOwnerOf(job));
  store(agent.words, jobAt(agent, job) + J_RESULT + part, chunk);
}

function end(core: Core, work: Work, error: FencelineError | undefined): void {
  if (core.agent.tracer !== undefined) traceWork(core, work, TRACE_END, error === undefined ? 0 : errorNumber(error));
  if (error !== undefined) leaveError(core, work.job, error);
  finishPart(core.agent, work, error === undefined ? 0 : errorNumber(error));
}

function kernelError(call: CallRecord, worker: number, thrown: unknown): FencelineError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const details = { job: call.label, kernel: call.kernel, worker };
  return new FencelineError(
    'EKERNEL',
    `The kernel of ${call.label} threw: ${message}`,
    details,
    thrown,
  ) as FencelineError;
}

function planFor(kernel: KernelParts): Plan {
  let plan = plans.get(kernel);
  if (plan === undefined) {
    plan = planOf(signatureOf('kernel', kernel));
    plans.set(kernel, plan);
  }
  return plan;
}
