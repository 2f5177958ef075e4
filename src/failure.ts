/**
 * From a number in shared memory to the error that users see.
 *
 * The number is what every agent can rely on. The words behind it (message, stack, cause) stay with the job that failed
 * until its submitter collected it: whoever asks in time gets them, later ones get the code and a general sentence.
 */

import type { Code, Details } from './base/errors.ts';
import { codeFromNumber, FencelineError, isFencelineError } from './base/errors.ts';
import { J_ERROR, J_ERROR_CHUNK } from './base/layout.ts';
import { load } from './cells/cell.ts';
import { loadBytes } from './cells/chunk.ts';
import type { Memory } from './cells/memory.ts';
import type { Point } from './fence/points.ts';
import { decode } from './schedule/codec.ts';
import { jobAt, jobOfLane, seqnoOfJob } from './schedule/job.ts';

/** The error behind a failed point. `status`: negative, as pointStatus gives it. */
export function failureOf(memory: Memory, point: Point, status: number, label: string): FencelineError {
  const job = jobOfLane(memory, point.timeline);
  const told = job < 0 ? undefined : errorOfJob(memory, job, point.seqno);
  return told ?? generalError(codeFromNumber(-status) ?? 'EUNKNOWN', label);
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
    return isFencelineError(error) && error.code === codeFromNumber(code) ? error : undefined;
  } catch {
    return undefined;
  }
}

/** An error of which only the code is known. */
export function generalError(code: Code, label: string): FencelineError {
  return new FencelineError(code, sentences[code](label), detailsFor(code, label)) as FencelineError;
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
  EUNKNOWN: (label) =>
    `The outcome of ${label} is no longer known: too many errors came after it, or its timeline is gone.`,
  EKERNEL: (label) => `The kernel of ${label} threw.`,
  EINPUT: (label) => `${label} did not run, because what should have made one of its inputs failed.`,
};

function detailsFor(code: Code, label: string): Details[Code] {
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
    EUNKNOWN: { fence: label },
    EKERNEL: { job: label, kernel: 'unknown', worker: -1 },
    EINPUT: { job: label, input: 'unknown' },
  };
  return all[code];
}
