/**
 * Filling buffers from their sources, on the thread that made them: functions of the user's, run as jobs that write.
 *
 * One waiter looks, whenever this thread is rung, which of its buffers are asked for (memory/filling.ts). A buffer is filled
 * by one job at a time. An entry goes when the slot has another buffer: this thread may have disposed of its own
 * reference long before, and others still need the contents.
 */
import { failReaders } from './admission.ts';
import type { Arrays, DType } from './base/dtype.ts';
import { bytesPerElement } from './base/dtype.ts';
import { FencelineError, fail, isFencelineError } from './base/errors.ts';
import type { View } from './base/view.ts';
import type { BufferId } from './buffer/buffer.ts';
import { isBufferUsable } from './buffer/buffer.ts';
import { now, startTimer } from './cells/clock.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import type { Core } from './core.ts';
import { lengthOf, viewOver } from './live-view.ts';
import type { LocalJob } from './local-job.ts';
import { beginLocal } from './local-job.ts';
import { declareSource, FILL_WANTED, fillOf, noteFilled, noteNotFilled } from './memory/filling.ts';
import { bytesOfBuffer } from './memory/placement.ts';
import { ringQueued } from './reservation/lock-set.ts';
import { ACCESS_WRITE, FLAG_FILL } from './schedule/job.ts';

/** Makes the contents of a buffer, again if need be: all of them. `signal` aborts when this thread leaves the space. */
export type Source<D extends DType, S extends readonly number[]> = (
  view: View<D, S>,
  context: { signal: AbortSignal },
) => void | Promise<void>;

/** Of whatever buffer. */
export type AnySource = Source<DType, readonly number[]>;

interface Sourced extends BufferId {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly label: string;
  readonly source: AnySource;
  isUnderWay: boolean;
}

interface Sources {
  readonly list: Map<number, Sourced>;
  readonly stop: AbortController;
  isListening: boolean;
}

const all: WeakMap<Core, Sources> = new WeakMap();

/** Outcomes: the source, or none; EINVAL for what is no function. */
export function checkSource<F>(source: F | undefined): F | undefined {
  if (source === undefined || typeof source === 'function') return source;
  return fail('EINVAL', `The source of the buffer (${typeof source}) is not a function.`, { argument: 'source' });
}

/** The buffer, which nobody else knows yet, is filled by this thread when it is first needed, and after each eviction. */
export function giveSource(core: Core, sourced: Omit<Sourced, 'isUnderWay'>): void {
  const { list } = sourcesOf(core);
  list.set(sourced.buffer, { ...sourced, isUnderWay: false });
  declareSource(core.agent, sourced.buffer);
  listen(core);
}

/** From the first one on, until all are gone, this thread looks. */
function listen(core: Core): void {
  const sources = sourcesOf(core);
  if (sources.isListening || sources.list.size === 0) return;
  sources.isListening = true;
  addWaiter(core.agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => sweep(core) === 0 || wantedOf(core).length > 0,
    run: () => {
      sources.isListening = false;
      if (core.isClosed) return;
      for (const sourced of wantedOf(core)) void fill(core, sourced);
      listen(core);
    },
  });
}

/** Forgets those whose buffer is gone. Outcomes: how many are left. */
function sweep(core: Core): number {
  const { list } = sourcesOf(core);
  for (const sourced of list.values()) {
    if (!sourced.isUnderWay && !isBufferUsable(core.agent, sourced)) list.delete(sourced.buffer);
  }
  return list.size;
}

function wantedOf(core: Core): Sourced[] {
  const wanted: Sourced[] = [];
  for (const sourced of sourcesOf(core).list.values()) {
    if (!sourced.isUnderWay && fillOf(core.agent, sourced.buffer) === FILL_WANTED) wanted.push(sourced);
  }
  return wanted;
}

/** Never rejects: what goes wrong is told to those who asked, as the error of the job. */
async function fill(core: Core, sourced: Sourced): Promise<void> {
  sourced.isUnderWay = true;
  const { buffer, label } = sourced;
  const { signal } = sourcesOf(core).stop;
  let job: LocalJob | undefined;
  try {
    job = await beginFilling(core, sourced);
    await run(core, sourced, signal);
    if (!core.isClosed) noteFilled(core.agent, buffer);
    job.end();
  } catch (thrown) {
    if (!core.isClosed && fillOf(core.agent, buffer) === FILL_WANTED) noteNotFilled(core.agent, buffer);
    if (job !== undefined) job.end(errorOf(label, thrown));
    else if (lacksJob(thrown)) failReaders(core, buffer, thrown);
    // Its job was over before the buffer could be asked for again, and rang too early.
    else if (!core.isClosed) ringQueued(core.agent);
  }
  sourced.isUnderWay = false;
}

/**
 * Its job. All slots may be taken by those who wait for it: then it is tried again until patience is over. Outcomes: the job,
 * begun; rejects as `beginLocal`.
 */
async function beginFilling(core: Core, { buffer, generation, label }: Sourced): Promise<LocalJob> {
  const use = { buffer, generation, access: ACCESS_WRITE, isPart: false };
  const deadline = now() + core.data.patienceMs;
  for (;;) {
    try {
      return await beginLocal(core, [use], `filling of '${label}'`, {}, FLAG_FILL);
    } catch (error) {
      if (!lacksJob(error) || core.isClosed || now() >= deadline) throw error;
    }
    await new Promise<void>((resolve) => startTimer(retryMs, resolve));
  }
}

const retryMs = 5;

/** Whether there was no slot for a job: nobody hears of it by one. */
function lacksJob(error: unknown): error is FencelineError {
  return FencelineError.is(error, 'ENOSPC') && (error.details as { limit?: string }).limit === 'jobs';
}

async function run(
  { agent }: Core,
  { buffer, dtype, shape, label, source }: Sourced,
  signal: AbortSignal,
): Promise<void> {
  const bytes = bytesOfBuffer(agent, buffer).subarray(0, lengthOf(shape) * bytesPerElement(dtype));
  const view = viewOver(dtype, shape, bytes, label);
  try {
    await source(view as unknown as View<DType, readonly number[]> & { data: Arrays[DType] }, { signal });
  } finally {
    view.end();
  }
}

function errorOf(label: string, thrown: unknown): FencelineError {
  if (isFencelineError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const details = { job: `filling of '${label}'`, kernel: 'source', worker: -1 };
  return new FencelineError('EKERNEL', `The source of '${label}' threw: ${message}`, details, thrown) as FencelineError;
}

function sourcesOf(core: Core): Sources {
  let sources = all.get(core);
  if (sources === undefined) {
    const stop = new AbortController();
    sources = { list: new Map(), stop, isListening: false };
    all.set(core, sources);
    core.onLeave.add(() => stop.abort(new Error('The thread left the space.')));
  }
  return sources;
}
