/**
 * What the shells do around jobs, as plain synchronous functions over the same core functions: calling a kernel
 * (src/job.ts, src/admission.ts), serving a pool (src/worker.ts, src/run-work.ts), waiting and collecting (src/job.ts).
 */
import assert from 'node:assert/strict';
import { codeNumber } from '#fenceline/base/errors.js';
import {
  B_CONTENTS,
  J_ERROR,
  J_FLAGS,
  J_KERNEL,
  J_PARTS,
  J_POOL,
  J_RESULT,
  J_TIMEOUT,
} from '#fenceline/base/layout.js';
import { bufferAt, dropBuffer } from '#fenceline/buffer/buffer.js';
import { askToQuit, isAskedToQuit } from '#fenceline/cells/agent.js';
import { load, store } from '#fenceline/cells/cell.js';
import { storeBytes } from '#fenceline/cells/chunk.js';
import { ring } from '#fenceline/cells/doorbell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { Points } from '#fenceline/fence/points.js';
import { PENDING, pointStatus } from '#fenceline/fence/points.js';
import { addInterest } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { tryRelease } from '#fenceline/memory/placement.js';
import type { LockSet } from '#fenceline/reservation/lock-set.js';
import { tryAdmit } from '#fenceline/schedule/admit.js';
import { collectSlot } from '#fenceline/schedule/complete.js';
import { failedDependency, pendingDependency } from '#fenceline/schedule/dependencies.js';
import type { Use } from '#fenceline/schedule/job.js';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  chunkOwnerOf,
  FLAG_CANCELLED,
  jobAt,
  loadPhase,
  phaseOf,
  pointOfJob,
  QUEUED,
  seqnoOfJob,
  setFlag,
  usesOf,
} from '#fenceline/schedule/job.js';
import { joinPool, ringPool, wakeAllWorkers, wakeWorkers } from '#fenceline/schedule/pool.js';
import { poolJobs } from '#fenceline/schedule/pool-jobs.js';
import type { JobSpec } from '#fenceline/schedule/submit.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import type { Work } from '#fenceline/schedule/take.js';
import { announceBusy, finishPart, isAnnounced, takeOrListen, takeWork } from '#fenceline/schedule/take.js';
import { isOverdue, noteStart } from '#fenceline/schedule/time-limit.js';
import { payloadAt, type Space } from './space-world.ts';

const noBytes = new Uint8Array(0);
const never = Number.POSITIVE_INFINITY;

/** A kernel that throws in its first part, one that runs until `letGo`, and two that need each other at the same time. */
export const throwing = 13;
export const lingering = 14;
export const meeting: readonly [number, number] = [21, 22];

/** A job that was submitted and is not collected yet. */
export interface Called {
  readonly job: number;
  readonly seqno: number;
  /** Still to be tried by this agent. */
  isQueued: boolean;
}

/** A job of pool 0 over these uses, in one part. */
export function specOf(kernel: number, uses: readonly Use[], more: Partial<JobSpec> = {}): JobSpec {
  const none = { pool: 0, after: [], record: noBytes, parts: 1, rows: 0, priority: 0, retries: 0, flags: 0 };
  return { ...none, kernel, client: 0, uses, timeoutMs: 0, ...more };
}

/** Submits a job, admits or queues it, and wakes who can run it. */
export function call(agent: Agent, spec: JobSpec, locks?: LockSet): Called {
  const { job, seqno } = submitJob(agent, spec);
  const outcome = tryAdmit(agent, job, locks);
  if (outcome === 'admitted') announce(agent, job);
  if (outcome === 'later' && spec.pool >= 0) wakeAllWorkers(agent, spec.pool);
  return { job, seqno, isQueued: outcome === 'later' };
}

/** As announce in src/job.ts. */
function announce(agent: Agent, job: number): void {
  const pool = load(agent.words, jobAt(agent, job) + J_POOL);
  if (pool < 0) return;
  const dependency = pendingDependency(agent, job);
  if (dependency === undefined) wakeWorkers(agent, pool, load(agent.words, jobAt(agent, job) + J_PARTS));
  else if (!isAnnounced(agent, dependency.timeline, pool)) wakeWorkers(agent, pool, 1);
}

/** Blocks until the jobs are over, trying those that are queued; `isIdle`: this agent only sleeps, workers must admit. */
export function waitCalled(agent: Agent, called: readonly Called[], isIdle = false): void {
  if (isIdle) {
    const points: Points[number][] = [];
    for (const { job, seqno } of called) points.push({ ...pointOfJob(agent, job), seqno });
    waitPoints(agent, points, never);
    return;
  }
  sleepUntil(agent, () => areOver(agent, called), never);
}

function areOver(agent: Agent, called: readonly Called[]): boolean {
  for (const one of called) if (one.isQueued) retry(agent, one);
  let isOver = true;
  for (const { job, seqno } of called) {
    const point = { ...pointOfJob(agent, job), seqno };
    addInterest(agent, point.timeline);
    if (pointStatus(agent, point) === PENDING) isOver = false;
  }
  return isOver;
}

/** As serveQueue in src/admission.ts, for one job. */
export function retry(agent: Agent, one: Called): void {
  const isSame = seqnoOfJob(agent, one.job) === one.seqno;
  const outcome = isSame && phaseOf(loadPhase(agent, one.job)) <= QUEUED + 1 ? tryAdmit(agent, one.job) : 'gone';
  one.isQueued = outcome === 'later';
  if (outcome === 'admitted') announce(agent, one.job);
}

/** The job's error number as its submitter reads it, 0 = done; the slot is free afterwards. Context: it is over. */
export function collect(agent: Agent, { job, seqno }: Called): number {
  const status = pointStatus(agent, { ...pointOfJob(agent, job), seqno });
  const error = load(agent.words, jobAt(agent, job) + J_ERROR);
  collectSlot(agent, job, seqno);
  assert.equal(status < 0 ? -status : 0, error, 'The slot and the point tell of the same outcome.');
  return error;
}

/** Waits as `waitCalled` does, and collects: the error numbers in the order given, 0 = done. */
export function collectAll(agent: Agent, called: readonly Called[], isIdle = false): string {
  waitCalled(agent, called, isIdle);
  const outcomes: number[] = [];
  for (const one of called) outcomes.push(collect(agent, one));
  return outcomes.join(' ');
}

/** As JobFence.cancel. Context: not collected yet. */
export function cancel(agent: Agent, { job }: Called): void {
  setFlag(agent, job, FLAG_CANCELLED);
  ringPool(agent, job);
}

/** As releaseBuffer in src/core.ts, for one that is dropped while nothing of it is pending, or whose jobs release it. */
export function drop(agent: Agent, buffer: number): void {
  if (dropBuffer(agent, buffer, agent.index)) tryRelease(agent, buffer);
}

/** The last look of a worker before it sleeps. */
type Look = (agent: Agent, pool: number) => Work | undefined;

/** Works for pool 0 until it is asked to quit. Outcomes: how many parts it ran. */
export function serve(space: Space, agent: Agent, look: Look = takeOrListen): number {
  joinPool(agent, 0);
  let count = 0;
  for (;;) {
    const work = takeWork(agent, 0) ?? sleepForWork(space, agent, look);
    if (work === undefined) return count;
    run(space, agent, work);
    count++;
  }
}

function sleepForWork(space: Space, agent: Agent, look: Look): Work | undefined {
  const { found } = space;
  sleepUntil(
    agent,
    () => {
      found[agent.index] = look(agent, 0);
      return found[agent.index] !== undefined || isAskedToQuit(agent);
    },
    never,
  );
  announceBusy(agent, 0);
  return found[agent.index] as Work | undefined;
}

/** As runWork: looks at the reasons not to run, then touches the memory of the buffers, word by word, plainly. */
export function run(space: Space, agent: Agent, work: Work): void {
  const at = jobAt(agent, work.job);
  const kernel = load(agent.words, at + J_KERNEL);
  let code = reasonNotToRun(agent, work.job);
  if (code === 0) {
    const isTimed = load(agent.words, at + J_TIMEOUT) > 0;
    if (isTimed) noteStart(agent, work.job);
    space.ran.push(`${kernel}.${work.part}`);
    touch(space, agent, work, kernel);
    if (meeting.includes(kernel)) meet(space, agent, kernel);
    if (kernel === lingering) ring(agent, 2, -1);
    if (kernel === lingering) sleepUntil(agent, () => space.ran.includes(goOn), never);
    if (agent.layout.limits.chunks > 1) leaveResult(agent, work);
    if ((load(agent.words, at + J_FLAGS) & FLAG_CANCELLED) !== 0) code = codeNumber('ECANCELED');
    else if (isTimed && isOverdue(agent, work.job, 0)) code = codeNumber('ETIME');
    if (kernel === throwing && work.part === 0) code = codeNumber('EKERNEL');
  }
  finishPart(agent, work, code);
}

function reasonNotToRun(agent: Agent, job: number): number {
  const at = jobAt(agent, job);
  if ((load(agent.words, at + J_FLAGS) & FLAG_CANCELLED) !== 0) return codeNumber('ECANCELED');
  if (load(agent.words, at + J_ERROR) !== 0) return codeNumber('ECANCELED');
  if (failedDependency(agent, job) !== undefined) return codeNumber('EINPUT');
  for (const use of usesOf(agent, job)) {
    if (use.access === ACCESS_WRITE && !use.isPart) continue;
    if (load(agent.words, bufferAt(agent, use.buffer) + B_CONTENTS) !== 0) return codeNumber('EINPUT');
  }
  return 0;
}

/** As storeResult in src/run-work.ts; only where there are chunks to speak of. */
function leaveResult(agent: Agent, work: Work): void {
  const chunk = storeBytes(agent, new Uint8Array(8), chunkOwnerOf(work.job));
  store(agent.words, jobAt(agent, work.job) + J_RESULT + work.part, chunk);
}

/** A writer leaves its kernel's number in the word of its part; a reader reads the first word. */
function touch(space: Space, agent: Agent, work: Work, kernel: number): void {
  for (const use of usesOf(agent, work.job)) {
    const at = payloadAt(space, use.buffer) + work.part;
    if (use.access === ACCESS_READ) space.ran.push(`read ${space.payload[at]}`);
    else space.payload[at] = kernel;
  }
}

const goOn = 'go on';

/** Kernels that linger may end from here on, in any worker. */
export function letGo(space: Space, agent: Agent): void {
  space.ran.push(goOn);
  for (let other = 1; other < agent.layout.limits.agents; other++) if (other !== agent.index) ring(agent, other, -1);
}

/** Blocks until the other one of the two kernels runs too. Its worker is agent 1 or 2. */
function meet(space: Space, agent: Agent, kernel: number): void {
  ring(agent, agent.index === 1 ? 2 : 1, -1);
  const other = `${meeting[0] + meeting[1] - kernel}.0`;
  sleepUntil(agent, () => space.ran.includes(other), never);
}

/** As the end of a pool: waits until no job is under way, then asks its workers, and who may replace them, to stop. */
export function closePool(agent: Agent): void {
  for (let points = poolJobs(agent, 0); points.length > 0; points = poolJobs(agent, 0)) {
    waitPoints(agent, points, never);
  }
  for (let worker = 1; worker < agent.layout.limits.agents; worker++) {
    if (worker === agent.index) continue;
    askToQuit(agent, worker);
    ring(agent, worker, -1);
  }
}
