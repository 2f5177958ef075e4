/**
 * Waiting for points as a promise, with a time-out and an AbortSignal; and what to say when the time is up.
 *
 * Not here: blocking (fence/wait.ts), what the points stand for (fence.ts).
 */
import { fail } from './base/errors.ts';
import type { Timer } from './cells/clock.ts';
import { now, startTimer } from './cells/clock.ts';
import type { Waiter } from './cells/memory.ts';
import { addWaiter, holdProcess, nextWaiterOrder, releaseProcess, removeWaiter } from './cells/pump.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import { firstPending } from './fence/points.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';

export interface WaitOptions {
  /** Milliseconds; more than 0. Default: no limit. Nothing is cancelled when it is over. */
  timeoutMs?: number;
  /** Stops the waiting, not the work: the wait rejects with the signal's reason. */
  signal?: AbortSignal;
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
  if (firstPending(agent, points, 0) < 0) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    holdProcess(agent);
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
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const waiter: Waiter = { order: nextWaiterOrder(), hint: -1, poll, run: () => end(() => resolve(true)) };
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
    addWaiter(agent, waiter);

    function end(settle: () => void): void {
      timer?.stop();
      signal?.removeEventListener('abort', onAbort);
      releaseProcess(agent);
      settle();
    }
  });
}

export function refuseTime(timeoutMs: number | undefined, label: string): never {
  fail('ETIME', `The wait for ${label} ended after ${timeoutMs} ms. Nothing was cancelled: it is still under way.`, {
    waitedMs: timeoutMs ?? 0,
    fence: label,
  });
}
