/**
 * From a number in shared memory to the error that users see.
 *
 * The number is what every agent can rely on. The words behind it (message, stack, cause) stay with the job that failed
 * until its submitter collected it. The submitter keeps them from then on, by job, so that whatever it hears of later that
 * failed for the same reason gets the whole chain of causes; other threads get the code and a general sentence, which
 * names the job, and the submitter puts the words back in when it collects what they did.
 */

import type { Code, Details } from './base/errors.ts';
import { codeFromNumber, codeNumber, errorNumber, FencelineError, isFencelineError } from './base/errors.ts';
import { J_DEAD, J_ERROR, J_ERROR_CHUNK, J_TIMEOUT } from './base/layout.ts';
import { load } from './cells/cell.ts';
import { loadBytes } from './cells/chunk.ts';
import type { Memory } from './cells/memory.ts';
import type { Core } from './core.ts';
import type { Point } from './fence/points.ts';
import { completedOf } from './fence/timeline.ts';
import { decode } from './schedule/codec.ts';
import { isOfSeqno, jobAt, jobOfLane, phaseAgentOf, seqnoOfJob } from './schedule/job.ts';

/** The last failures that this thread collected or made, by job or point; the oldest is forgotten when there are too many. */
const told: WeakMap<Core, Map<string, FencelineError>> = new WeakMap();
const toldMax = 1024;

/** The error behind a failed point. `status`: negative, as pointStatus gives it. */
export function failureOf(core: Core, point: Point, status: number, label: string): FencelineError {
  const job = jobOfLane(core.agent, point.timeline);
  const known =
    job < 0
      ? toldOfPoint(core, point, status)
      : (toldOf(core, job, point.seqno) ?? errorOfJob(core.agent, job, point.seqno));
  return known ?? errorOfNumber(-status, label);
}

/** The error of a job that failed, as the cause of another's: with its words if they are to be had, else by its name. */
export function causeOfJob(core: Core, job: number, seqno: number, code: Code): FencelineError {
  const known = toldOf(core, job, seqno) ?? errorOfJob(core.agent, job, seqno);
  return known ?? generalError(code, nameOfJob(job, seqno));
}

/** The same of a failed point, on whatever timeline. */
export function causeOfPoint(core: Core, point: Point, status: number): FencelineError {
  const job = jobOfLane(core.agent, point.timeline);
  if (job >= 0) return causeOfJob(core, job, point.seqno, codeFromNumber(-status) ?? 'EUNKNOWN');
  return toldOfPoint(core, point, status) ?? errorOfNumber(-status, 'a fence');
}

/** Keeps the error of a job that this thread collected. */
export function rememberFailure(core: Core, job: number, seqno: number, error: FencelineError): void {
  remember(core, nameOfJob(job, seqno), error);
}

/** Keeps the error of a point that this thread let fail: other threads get its number. */
export function rememberPoint(core: Core, point: Point, error: FencelineError): void {
  remember(core, nameOfPoint(point), error);
}

/** Keeps the error with which this thread closed a timeline. */
export function rememberClose(core: Core, id: Omit<Point, 'seqno'>, error: FencelineError): void {
  remember(core, nameOfClose(id), error);
}

/** What this thread told of a failed point, or of the end of its timeline, if that is what the number in memory stands for. */
function toldOfPoint(core: Core, point: Point, status: number): FencelineError | undefined {
  const map = told.get(core);
  if (map === undefined) return undefined;
  const own = map.get(nameOfPoint(point));
  if (own !== undefined) return own;
  // A point that has an error of its own was signalled before the timeline was closed.
  const ofClose = map.get(nameOfClose(point));
  const isClosed = ofClose !== undefined && completedOf(core.agent, point.timeline) < point.seqno;
  return isClosed && errorNumber(ofClose) === -status ? ofClose : undefined;
}

function remember(core: Core, name: string, error: FencelineError): void {
  let map = told.get(core);
  if (map === undefined) {
    map = new Map();
    told.set(core, map);
  }
  map.set(name, error);
  for (const oldest of map.keys()) {
    if (map.size <= toldMax) break;
    map.delete(oldest);
  }
}

/** The same error, with the words of those of its causes that this thread was told. */
export function withCauses(core: Core, error: FencelineError): FencelineError {
  const { cause } = error;
  if (!isFencelineError(cause)) return error;
  const known = toldFor(core, cause) ?? withCauses(core, cause);
  if (known === cause) return error;
  const message = error.message.replace(cause.message, () => known.message);
  const mended = new FencelineError(error.code, message, error.details, known) as FencelineError;
  if (error.stack !== undefined) mended.stack = error.stack;
  return mended;
}

function toldOf(core: Core, job: number, seqno: number): FencelineError | undefined {
  return told.get(core)?.get(nameOfJob(job, seqno));
}

/** What this thread knows of the job that a general sentence names. */
function toldFor(core: Core, cause: FencelineError): FencelineError | undefined {
  const [, job, seqno] = /\bjob (\d+)\.(\d+)\b/.exec(cause.message) ?? [];
  if (job === undefined || seqno === undefined) return undefined;
  if (cause.message !== sentences[cause.code](nameOfJob(Number(job), Number(seqno)))) return undefined;
  return toldOf(core, Number(job), Number(seqno));
}

function nameOfJob(job: number, seqno: number): string {
  return `job ${job}.${seqno}`;
}

function nameOfPoint({ timeline, generation, seqno }: Point): string {
  return `point ${timeline}.${generation}.${seqno}`;
}

function nameOfClose({ timeline, generation }: Omit<Point, 'seqno'>): string {
  return `close ${timeline}.${generation}`;
}

/** The error that a job left in its slot, if it still stands there. */
export function errorOfJob(memory: Memory, job: number, seqno: number): FencelineError | undefined {
  const at = jobAt(memory, job);
  if (seqnoOfJob(memory, job) !== seqno) return undefined;
  const chunk = load(memory.words, at + J_ERROR_CHUNK);
  if (chunk === 0) return undefined;
  const bytes = loadBytes(memory, chunk);
  const code = load(memory.words, at + J_ERROR);
  // The slot may have been collected while it was read.
  if (seqnoOfJob(memory, job) !== seqno || load(memory.words, at + J_ERROR_CHUNK) !== chunk) return undefined;
  try {
    const error = decode(bytes, 0, bytes.length);
    return isFencelineError(error) && errorNumber(error) === code ? error : undefined;
  } catch {
    return undefined;
  }
}

/** An error of which the slot of its job knows the code, and a few numbers. Context: the slot is still that job's. */
export function errorInSlot(memory: Memory, job: number, code: Code, label: string): FencelineError {
  const at = jobAt(memory, job);
  if (code === 'ETIME') {
    const waitedMs = load(memory.words, at + J_TIMEOUT);
    const sentence = `${label} took longer than it may (${waitedMs} ms).`;
    return new FencelineError('ETIME', sentence, { waitedMs, fence: label }) as FencelineError;
  }
  const word = load(memory.words, at + J_DEAD);
  if (code !== 'EOWNERDEAD' || word === 0 || !isOfSeqno(word, seqnoOfJob(memory, job)))
    return generalError(code, label, load(memory.words, at + J_ERROR));
  const details = { agent: `agent ${phaseAgentOf(word)}` };
  return new FencelineError('EOWNERDEAD', sentences.EOWNERDEAD(label), details) as FencelineError;
}

/** An error of which only the number is known. */
export function errorOfNumber(number: number, label: string): FencelineError {
  return generalError(codeFromNumber(number) ?? 'EUNKNOWN', label, number);
}

/** What other threads will read of an error: an errno that has a code of its own is that code here too. */
export function asOthersRead(error: FencelineError, label: string): FencelineError {
  const code = codeFromNumber(errorNumber(error));
  return code === undefined || code === error.code ? error : generalError(code, label);
}

/** An error of which only the code is known; of EIO the number too. */
export function generalError(code: Code, label: string, number: number = codeNumber(code)): FencelineError {
  const tail = code === 'EIO' ? ` Its errno is ${number}.` : '';
  return new FencelineError(code, sentences[code](label) + tail, detailsFor(code, label, number)) as FencelineError;
}

const sentences: { readonly [C in Code]: (label: string) => string } = {
  ENOMEM: (label) => `There is not enough memory for ${label}.`,
  EINVAL: (label) => `${label} was given something invalid.`,
  EDEADLK: (label) => `${label} waits for itself.`,
  ETIME: (label) => `${label} took longer than it may.`,
  ECANCELED: (label) => `${label} was cancelled.`,
  EOWNERDEAD: (label) => `The thread that owed ${label} stopped before it was done.`,
  ENOENT: (label) => `What ${label} needs does not exist any more.`,
  ENOSPC: (label) => `A table was full when ${label} needed a place in it.`,
  EBUSY: (label) => `What ${label} needs is in use.`,
  EALREADY: (label) => `${label} has it already.`,
  ENODEV: (label) => `The device of ${label} is gone.`,
  EIO: (label) => `The work of ${label} failed outside.`,
  EUNKNOWN: (label) =>
    `The outcome of ${label} is no longer known: too many errors came after it, or its timeline is gone.`,
  EKERNEL: (label) => `The kernel of ${label} threw.`,
  EINPUT: (label) => `${label} did not run, because what should have made one of its inputs failed.`,
};

function detailsFor(code: Code, label: string, number: number): Details[Code] {
  const all: Details = {
    ENOMEM: { askedBytes: 0, heap: '', pinned: [] },
    EINVAL: { argument: label },
    EDEADLK: { cycle: [label] },
    ETIME: { waitedMs: 0, fence: label },
    ECANCELED: {},
    EOWNERDEAD: { agent: 'unknown' },
    ENOENT: { kind: label },
    ENOSPC: { limit: 'unknown', value: 0 },
    EBUSY: { by: 'unknown' },
    EALREADY: { lock: label },
    ENODEV: { device: 'unknown' },
    EIO: { errno: number },
    EUNKNOWN: { fence: label },
    EKERNEL: { job: label, kernel: 'unknown', worker: -1 },
    EINPUT: { job: label, input: 'unknown' },
  };
  return all[code];
}

/** The error of a fence whose promise was rejected. */
export function rejectedError(reason: unknown, label: string): FencelineError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new FencelineError(
    'EKERNEL',
    `The promise of ${label} was rejected: ${message}`,
    { job: label, kernel: 'promise', worker: -1 },
    reason,
  ) as FencelineError;
}
