/**
 * Waiting for points as a promise, with a time-out and an AbortSignal; and what to say when the time is up.
 *
 * Blocking here looks after more than fence/wait.ts: the queue of this thread, and waits that could never end.
 * Not here: what the points stand for (fence.ts).
 */
import { checkPatience, serveQueue } from './admission.ts';
import { FencelineError, fail } from './base/errors.ts';
import { J_POOL, J_SUBMITTER } from './base/layout.ts';
import { lockOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import type { Timer } from './cells/clock.ts';
import { now, startTimer } from './cells/clock.ts';
import type { Waiter } from './cells/memory.ts';
import { addWaiter, holdProcess, nextWaiterOrder, releaseProcess, removeWaiter } from './cells/pump.ts';
import { TRACE_WAIT_LEFT, trace } from './cells/trace.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import { firstPending, PENDING, pointsStatus } from './fence/points.ts';
import { addInterest } from './fence/timeline.ts';
import { isOwedByMe, traceBlocked, traceStep } from './fence/wait.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';
import { wantPoints } from './fence/wishes.ts';
import { isHeldHere } from './lock/lock-wait.ts';
import { beforeWait } from './lock/validator.ts';
import { pendingDependency } from './schedule/dependencies.ts';
import {
  ADMITTED,
  isWaitingForTurn,
  jobAt,
  jobOfLane,
  loadPhase,
  phaseOf,
  seqnoOfJob,
  usesOf,
} from './schedule/job.ts';

export interface WaitOptions {
  /**
   * Milliseconds from 0 on. Default: no limit. When they are over, a wait ends and what was waited for goes on; an
   * operation (`set`, `get`, `map`, a transaction) is given up, with nothing changed.
   */
  timeoutMs?: number;
  /** Stops the waiting, not the work: the wait rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The lock validator hears of a wait, also if nothing has to be waited for by now. A look (`timeoutMs` 0) is none. */
export function noteWait(core: Core | undefined, timeoutMs: number | undefined, blocks: boolean): void {
  if (core?.agent.validator !== undefined && timeoutMs !== 0) beforeWait(core.agent, -1, blocks);
}

/** Checks a time-out. Outcomes: its moment on the clock of `now`, or EINVAL. */
export function deadlineOf(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
  if (!(timeoutMs >= 0)) {
    fail('EINVAL', `The time-out (${timeoutMs} ms) is not a number of milliseconds from 0 on.`, {
      argument: 'timeoutMs',
    });
  }
  return now() + timeoutMs;
}

/**
 * Outcomes: resolves with true once no point is pending, with false when the time is up; rejects with the signal's
 * reason. The process stays alive meanwhile.
 */
export function whenOver(core: Core, points: Points, options: WaitOptions = {}): Promise<boolean> {
  const { agent } = core;
  const { signal } = options;
  const deadline = deadlineOf(options.timeoutMs);
  if (signal?.aborted) return Promise.reject(signal.reason);
  noteWait(core, options.timeoutMs, false);
  if (firstPending(agent, points, 0) < 0) return Promise.resolve(true);
  if (core.isClosed) return Promise.reject(closedError());
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    holdProcess(agent);
    // Leaving ends what this thread owed; for the rest there is nobody to wake us.
    const onLeave = (): void => end(() => (firstPending(agent, points, 0) < 0 ? resolve(true) : reject(closedError())));
    const leaving = core.onLeave.add(onLeave);
    const waiter = watchPoints(agent, points, () => end(() => resolve(true)));
    const onAbort = (): void => end(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    const onTime = (): void => {
      // Timers may fire early: the deadline decides.
      const leftMs = deadline - now();
      if (leftMs > 0) timer = startTimer(leftMs, onTime);
      else end(() => resolve(firstPending(agent, points, 0) < 0));
    };
    if (deadline !== Number.POSITIVE_INFINITY) timer = startTimer(deadline - now(), onTime);

    function end(settle: () => void): void {
      cancelWatch(waiter);
      core.onLeave.delete(leaving);
      timer?.stop();
      signal?.removeEventListener('abort', onAbort);
      releaseProcess(agent);
      settle();
    }
  });
}

/**
 * Waits until `poll` is true: it is called whenever this agent is rung, first of all after its doorbell was armed.
 * Outcomes: as `whenOver`.
 */
export function whenTrue(
  core: Core,
  poll: () => boolean,
  signal: AbortSignal | undefined,
  deadline: number,
): Promise<boolean> {
  const { agent } = core;
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (core.isClosed) return Promise.reject(closedError());
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const onLeave = (): void => end(() => reject(closedError()));
    // A look that throws ends the wait: the error goes to whoever waits, not to the pump.
    let thrown: { error: unknown } | undefined;
    const look = (): boolean => {
      try {
        return poll();
      } catch (error) {
        thrown = { error };
        return true;
      }
    };
    const run = (): void => end(() => (thrown === undefined ? resolve(true) : reject(thrown.error)));
    const waiter: Waiter = { order: nextWaiterOrder(), hint: -1, poll: look, run };
    const onAbort = (): void => {
      if (removeWaiter(agent, waiter)) end(() => reject(signal?.reason));
    };
    const onTime = (): void => {
      const leftMs = deadline - now();
      if (leftMs > 0) timer = startTimer(leftMs, onTime);
      else if (removeWaiter(agent, waiter)) end(() => resolve(false));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (deadline !== Number.POSITIVE_INFINITY) timer = startTimer(Math.max(0, deadline - now()), onTime);
    holdProcess(agent);
    const leaving = core.onLeave.add(onLeave);
    addWaiter(agent, waiter);

    function end(settle: () => void): void {
      core.onLeave.delete(leaving);
      timer?.stop();
      signal?.removeEventListener('abort', onAbort);
      releaseProcess(agent);
      settle();
    }
  });
}

export function closedError(): FencelineError {
  const message = 'The space was closed by this thread, which waited for something in it.';
  return new FencelineError('EINVAL', message, { argument: 'space' }) as FencelineError;
}

/** `owed`: a sentence about who has to do what is waited for (report.ts), if that is known. */
export function refuseTime(timeoutMs: number | undefined, label: string, owed: string = ''): never {
  const tail = owed === '' ? '' : ` ${owed}`;
  fail(
    'ETIME',
    `The wait for ${label} ended after ${timeoutMs ?? 0} ms. Nothing was cancelled: it is still under way.${tail}`,
    { waitedMs: timeoutMs ?? 0, fence: label },
  );
}

/** The time of an operation is up before its turn came: unlike a wait, it is over then. */
export function refuseLate(timeoutMs: number | undefined, label: string): never {
  const waitedMs = timeoutMs ?? 0;
  const sentence = `The ${label} was given up after ${waitedMs} ms, before its turn had come: nothing was changed.`;
  fail('ETIME', sentence, { waitedMs, fence: label });
}

/**
 * Blocks until no point is pending, looking after this thread's own queue meanwhile: nobody else gives up for its jobs
 * when memory does not come. Outcomes: true, also at the deadline; false once `isOwed` is true of the point it has come to:
 * it would never end. Whoever calls this has asked about all of them before.
 */
export function blockUntilOver(
  core: Core,
  points: Points,
  deadline: number,
  isOwed: (points: Points) => boolean,
): boolean {
  if (core.agent.validator !== undefined && deadline > now()) beforeWait(core.agent, -1, true);
  let from = firstPending(core.agent, points, 0);
  if (from < 0) return true;
  wantPoints(core.agent, points);
  let isStuck = false;
  traceBlocked(core.agent, points, from);
  const isOver = sleepUntil(
    core.agent,
    () => {
      serveQueue(core);
      checkPatience(core);
      for (;;) {
        // `from` is an index of `points`.
        addInterest(core.agent, (points[from] as Points[number]).timeline);
        const next = firstPending(core.agent, points, from);
        if (next === from) break;
        traceStep(core.agent, points, from, next);
        if (next < 0) return true;
        from = next;
      }
      // One at a time: a look at all of them whenever one is over would be quadratic.
      isStuck = isOwed(points.slice(from, from + 1));
      return isStuck;
    },
    deadline,
  );
  if (!isOver || isStuck) trace(core.agent, TRACE_WAIT_LEFT, 0, 0, 0, 0);
  return !isStuck;
}

/**
 * Whether a pending point can only come from this very thread: it signals the timeline, runs the job itself, or runs
 * what the job waits for first. Blocking for it would never end.
 */
export function isOwedHere(core: Core, points: Points): boolean {
  const { agent } = core;
  return isOwedByMe(agent, points) || points.some((point) => isJobOwedHere(core, point));
}

function isJobOwedHere({ agent }: Core, point: Points[number]): boolean {
  let at: Points[number] | undefined = point;
  // Every step goes to a job that has to end before the last one: there are no more steps than jobs.
  for (let step = 0; at !== undefined && step < agent.layout.limits.jobs; step++) {
    const job = jobOfLane(agent, at.timeline);
    if (job < 0) return isOwedByMe(agent, [at]);
    if (pointsStatus(agent, [at]) !== PENDING || seqnoOfJob(agent, job) !== at.seqno) return false;
    const isMine = load(agent.words, jobAt(agent, job) + J_SUBMITTER) === agent.index;
    const word = loadPhase(agent, job);
    const phase = phaseOf(word);
    if (load(agent.words, jobAt(agent, job) + J_POOL) < 0 && isMine && phase >= ADMITTED) return true;
    if (isWaitingForTurn(word) && isLockedHere(agent, job)) return true;
    at = phase === ADMITTED ? pendingDependency(agent, job) : undefined;
  }
  return false;
}

/** Whether a queued job waits for a lock that a transaction of this thread holds. */
export function isLockedHere(agent: Core['agent'], job: number): boolean {
  return usesOf(agent, job).some(({ buffer }) => isHeldHere(agent, lockOf(agent, buffer)));
}
