/**
 * Submitting: claiming a job slot, promising its point, filling it.
 *
 * Order: claim the slot (ALLOC names us), phase FILLING, fill, publish (LIVE), phase QUEUED. From QUEUED on anybody may
 * admit it (admit.ts). If the submitter stops before, nobody knows the point yet, and the repair frees the slot.
 *
 * Slots are claimed from the lowest on, so that those who look for work look at few.
 */

import { fail } from '../base/errors.ts';
import {
  H_JOB_TOP,
  H_SUBMITTED,
  inlineBytes,
  J_CLIENT,
  J_DEP_CHUNK,
  J_DEP_COUNT,
  J_ERROR,
  J_ERROR_CHUNK,
  J_FLAGS,
  J_INLINE,
  J_KERNEL,
  J_ORDER,
  J_PART,
  J_PARTS,
  J_PHASE,
  J_POOL,
  J_PRIORITY,
  J_RECORD_BYTES,
  J_RECORD_CHUNK,
  J_RESULT,
  J_RETRIES,
  J_ROWS,
  J_SEQNO_HI,
  J_SEQNO_LO,
  J_SHORT,
  J_STARTED,
  J_STATE,
  J_SUBMITTER,
  J_TIMEOUT,
  J_USE_COUNT,
  JOB_WORDS,
} from '../base/layout.ts';
import { add, load, store } from '../cells/cell.ts';
import { freeChain, loadBytes, storeBytes } from '../cells/chunk.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { claimSlot, publishSlot, raiseTop } from '../cells/slot.ts';
import { TRACE_SUBMIT, trace } from '../cells/trace.ts';
import type { Point } from '../fence/points.ts';
import { completedOf } from '../fence/timeline.ts';
import type { Dependency } from './dependencies.ts';
import { DEP_REQUIRED, storeDependencies } from './dependencies.ts';
import type { Use } from './job.ts';
import {
  chunkOwnerOf,
  FILLING,
  flagsWord,
  freeJobSlot,
  jobAt,
  laneOf,
  movePhase,
  PART_FREE,
  partWord,
  phaseWord,
  QUEUED,
  writeUse,
} from './job.ts';

/** What a job is, before it has a slot. */
export interface JobSpec {
  /** Pool slot, or -1: the submitter does the work itself. */
  readonly pool: number;
  readonly kernel: number;
  /** Token of the account of the client that it is submitted through; 0 = none. */
  readonly client: number;
  readonly uses: readonly Use[];
  /** Points that must be over, and not failed, before it runs. */
  readonly after: readonly Point[];
  /** Encoded arguments. */
  readonly record: Uint8Array;
  readonly parts: number;
  readonly rows: number;
  readonly priority: number;
  readonly retries: number;
  readonly flags: number;
  readonly timeoutMs: number;
}

export interface SubmittedJob {
  readonly job: number;
  readonly seqno: number;
}

/** Fills a slot with a job. Outcomes: the job, QUEUED; or ENOSPC (jobs, chunks) with nothing changed. */
export function submitJob(agent: Agent, spec: JobSpec): SubmittedJob {
  const { words, layout } = agent;
  const count = layout.limits.jobs;
  const job = claimSlot(words, layout.jobs, JOB_WORDS, count, 0, agent.index);
  if (job < 0) {
    fail(
      'ENOSPC',
      `All job slots (${count}) are in use. Hint: wait for jobs before submitting more, or raise limits.jobs.`,
      {
        limit: 'jobs',
        value: count,
      },
    );
  }
  raiseTop(agent.words, H_JOB_TOP, job + 1);
  const at = jobAt(agent, job);
  const seqno = completedOf(agent, laneOf(agent, job)) + 1;
  const filling = phaseWord(FILLING, agent.index, seqno);
  store(words, at + J_PHASE, filling);
  store(words, at + J_SEQNO_LO, seqno | 0);
  store(words, at + J_SEQNO_HI, Math.floor(seqno / 2 ** 32));
  fillWords(agent, at, spec, seqno);
  fillParts(agent, at, spec.parts, filling);
  let index = 0;
  for (const use of spec.uses) writeUse(agent, job, index++, use);
  fillChunks(agent, job, spec);
  store(words, at + J_ORDER, add(words, H_SUBMITTED, 1));
  trace(agent, TRACE_SUBMIT, laneOf(agent, job), spec.pool + 1, seqno, spec.kernel);
  publishSlot(words, at + J_STATE, agent.index);
  movePhase(agent, job, filling, QUEUED);
  return { job, seqno };
}

function fillWords(agent: Agent, at: number, spec: JobSpec, seqno: number): void {
  const { words } = agent;
  store(words, at + J_SUBMITTER, agent.index);
  store(words, at + J_POOL, spec.pool);
  store(words, at + J_KERNEL, spec.kernel);
  store(words, at + J_CLIENT, spec.client);
  store(words, at + J_SHORT, 0);
  store(words, at + J_FLAGS, flagsWord(spec.flags, seqno));
  store(words, at + J_PRIORITY, spec.priority);
  store(words, at + J_RETRIES, spec.retries);
  store(words, at + J_PARTS, spec.parts);
  store(words, at + J_ROWS, spec.rows);
  store(words, at + J_USE_COUNT, spec.uses.length);
  store(words, at + J_TIMEOUT, spec.timeoutMs);
  store(words, at + J_RECORD_BYTES, spec.record.length);
  store(words, at + J_RECORD_CHUNK, 0);
  store(words, at + J_DEP_COUNT, 0);
  store(words, at + J_DEP_CHUNK, 0);
  store(words, at + J_ERROR, 0);
  store(words, at + J_ERROR_CHUNK, 0);
  store(words, at + J_STARTED, 0);
}

function fillParts(agent: Agent, at: number, parts: number, filling: number): void {
  for (let part = 0; part < parts; part++) {
    store(agent.words, at + J_PART + part, partWord(PART_FREE, 0, filling));
    store(agent.words, at + J_RESULT + part, 0);
  }
}

/** What may be too long for the slot. On ENOSPC the slot goes back as it was: nobody has seen this use of it. */
function fillChunks(agent: Agent, job: number, spec: JobSpec): void {
  const at = jobAt(agent, job);
  try {
    if (spec.record.length <= inlineBytes) agent.bytes.set(spec.record, (at + J_INLINE) * 4);
    else store(agent.words, at + J_RECORD_CHUNK, storeBytes(agent, spec.record, chunkOwnerOf(job)));
    if (spec.after.length > 0) storeDependencies(agent, job, toRequired(spec.after));
  } catch (error) {
    freeChain(agent, load(agent.words, at + J_RECORD_CHUNK));
    freeJobSlot(agent, job);
    throw error;
  }
}

function toRequired(after: readonly Point[]): Dependency[] {
  const required: Dependency[] = [];
  for (const point of after) required.push({ ...point, kind: DEP_REQUIRED });
  return required;
}

/** The encoded arguments of a job. */
export function recordOf(memory: Memory, job: number): Uint8Array {
  const at = jobAt(memory, job);
  const length = load(memory.words, at + J_RECORD_BYTES);
  if (length > inlineBytes) return loadBytes(memory, load(memory.words, at + J_RECORD_CHUNK));
  return memory.bytes.slice((at + J_INLINE) * 4, (at + J_INLINE) * 4 + length);
}
