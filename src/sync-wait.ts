/**
 * Waiting for points of several sync objects (Linux: drm_syncobj_array_wait_timeout).
 *
 * Each entry's fence is taken when it is there first: at the start, or by the look that finds it (sync-watch.ts); after that only that
 * fence counts, whatever becomes of the object. Nothing polls: what is not there yet rings this thread when it is put in, what
 * is pending when it is over.
 */
import { checkPatience, serveQueue } from './admission.ts';
import { listOf } from './bad-input.ts';
import { fail } from './base/errors.ts';
import type { Timer } from './cells/clock.ts';
import { now, startTimer } from './cells/clock.ts';
import { holdProcess, releaseProcess } from './cells/pump.ts';
import { queueTask } from './cells/task.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core } from './core.ts';
import { hintDeadline } from './deadlines.ts';
import type { Chain } from './fence/chain.ts';
import { pointsOfChain } from './fence/chain.ts';
import type { Points } from './fence/points.ts';
import { firstPending } from './fence/points.ts';
import type { SyncObjectId } from './fence/sync-object.ts';
import { listenToSyncObject, promisedChain } from './fence/sync-object.ts';
import { addInterest } from './fence/timeline.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';
import { wantOwn, wantPoints } from './fence/wishes.ts';
import { checkPoint, partsOfObject, refuseMissing, type SyncObject } from './sync-object.ts';
import { refuseBlocking } from './sync-point.ts';
import { whenPromised } from './sync-watch.ts';
import type { WaitOptions } from './waiting.ts';
import { closedError, deadlineOf, isOwedHere, noteWait, refuseTime } from './waiting.ts';

/** A point of a sync object; 0, the default: whatever is in it. */
export interface Entry {
  readonly object: SyncObject;
  readonly point?: number;
}

export interface SyncWaitOptions extends WaitOptions {
  /** Ready when one is rather than all. */
  any?: boolean;
  /** Wait for fences that are not there yet too, instead of ENOENT (WAIT_FOR_SUBMIT). Decided when the wait begins. */
  forSubmit?: boolean;
  /** A point is ready once it is promised, not when it is over (WAIT_AVAILABLE). Implies waiting for what is not there. */
  available?: boolean;
  /** A hint to whoever signals what is there when the wait begins: it is needed by then, in milliseconds since 1970 (WAIT_DEADLINE). */
  deadlineMs?: number;
}

/**
 * Waits for points of several sync objects. Each entry's fence is taken when it is there first: a later replacement or reset does not
 * change what is waited for. Errors of the work count as ready, as in Linux: look at the fences.
 * Outcomes: resolves with the index of the first that is ready (with all: of the first that was ready at once, or -1); rejects with
 * ENOENT without `forSubmit` where nothing is there, ETIME, or the signal's reason. The process stays alive meanwhile.
 */
export async function waitPoints(entries: readonly Entry[], options: SyncWaitOptions = {}): Promise<number> {
  const wait = beginWait(entries, options);
  const deadline = deadlineOf(options.timeoutMs);
  options.signal?.throwIfAborted();
  noteWait(wait.core, options.timeoutMs, false);
  if (wait.core === undefined || isReady(wait)) return wait.first;
  if (options.timeoutMs !== 0) wantOwnOf(wait.core, wait);
  const isInTime = options.timeoutMs !== 0 && (await whenReady(wait.core, wait, deadline, options.signal));
  return isInTime ? wait.first : refuseTime(options.timeoutMs, nameOf(wait));
}

/** The same, blocking this thread. Outcomes: also EDEADLK where it may not block, or is the one that has to signal. */
export function waitPointsSync(entries: readonly Entry[], options: Omit<SyncWaitOptions, 'signal'> = {}): number {
  const wait = beginWait(entries, options);
  const deadline = deadlineOf(options.timeoutMs);
  const { core } = wait;
  noteWait(core, options.timeoutMs, true);
  if (core === undefined || isReady(wait)) return wait.first;
  if (options.timeoutMs !== 0) {
    if (!core.canBlock) refuseBlocking(nameOf(wait));
    wantOwnOf(core, wait);
    if (isStuck(core, wait)) refuseStuck(wait);
    let isOwed = false;
    const poll = (): boolean => {
      serveQueue(core);
      checkPatience(core);
      lookAround(core, wait);
      isOwed = !isReady(wait) && isStuck(core, wait);
      return isOwed || isReady(wait);
    };
    sleepUntil(core.agent, poll, deadline);
    if (isOwed) refuseStuck(wait);
  }
  return isReady(wait) ? wait.first : refuseTime(options.timeoutMs, nameOf(wait));
}

interface One {
  readonly index: number;
  readonly id: SyncObjectId;
  readonly label: string;
  readonly point: number;
  /** What it waits for, once that is there. */
  points: Points | undefined;
  /** Whether those who signal were told that somebody waits: a wait that blocks does so when it looks. */
  isWanted: boolean;
  isReady: boolean;
}

interface Wait {
  readonly core: Core | undefined;
  readonly all: readonly One[];
  readonly isAny: boolean;
  readonly isAvailable: boolean;
  /** How many are ready. */
  ready: number;
  /** What the wait returns. */
  first: number;
}

/** Takes the fences that are there. Outcomes: the wait; ENOENT, EINVAL. */
function beginWait(entries: readonly Entry[], options: SyncWaitOptions): Wait {
  const { any = false, forSubmit = false, available = false, deadlineMs } = options;
  if (deadlineMs !== undefined && !Number.isFinite(deadlineMs)) {
    const sentence = `The deadline (${deadlineMs}) is not a number of milliseconds since 1970.`;
    fail('EINVAL', sentence, { argument: 'deadlineMs' });
  }
  let core: Core | undefined;
  const all = listOf(entries, 'entries').map((entry, index): One => {
    if (typeof entry !== 'object' || entry === null) {
      fail('EINVAL', `Entry ${index} (${typeof entry}) is not a sync object with a point.`, { argument: 'entries' });
    }
    const { object, point = 0 } = entry;
    const parts = partsOfObject(object);
    checkPoint(point);
    core ??= parts.core;
    if (parts.core !== core) {
      fail('EINVAL', `Sync object '${object.label}' is of another space than the first.`, { argument: 'entries' });
    }
    return { index, id: parts.id, label: object.label, point, points: undefined, isWanted: false, isReady: false };
  });
  const wait: Wait = { core, all, isAny: any, isAvailable: available, ready: 0, first: -1 };
  if (core === undefined) return wait;
  for (const one of all) {
    const chain = promisedChain(core.agent, one.id.syncObject, one.point);
    if (chain !== undefined) take(core, wait, one, chain);
    else if (!forSubmit && !available) refuseMissing(one.label, one.point);
  }
  wait.first = all.find((one) => one.isReady)?.index ?? -1;
  if (deadlineMs !== undefined && !isReady(wait)) {
    for (const { points } of all) if (points !== undefined) hintDeadline(core, points, deadlineMs);
  }
  return wait;
}

/** This fence, and no later one, is what the entry waits for. */
function take(core: Core, wait: Wait, one: One, chain: Chain): void {
  one.points = pointsOfChain(core.agent, chain);
  if (wait.isAvailable || firstPending(core.agent, one.points, 0) < 0) markReady(wait, one);
}

function markReady(wait: Wait, one: One): void {
  if (one.isReady) return;
  one.isReady = true;
  wait.ready++;
}

function isReady({ ready, all, isAny }: Wait): boolean {
  return ready === all.length || (isAny && ready > 0);
}

/** Of those that are ready at the same time the first is meant. */
function settleFirst(core: Core, wait: Wait): void {
  if (!wait.isAny) return;
  const isOver = ({ isReady, points }: One): boolean =>
    isReady || (points !== undefined && firstPending(core.agent, points, 0) < 0);
  wait.first = wait.all.find(isOver)?.index ?? -1;
}

/** Outcomes: resolves with whether it was ready in time; rejects with the signal's reason, or EINVAL when the space is closed. */
function whenReady(core: Core, wait: Wait, deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancels: (() => void)[] = [];
    let isOver = false;
    let timer: Timer | undefined;
    holdProcess(core.agent);
    const leaving = core.onLeave.add(() => end(() => reject(closedError())));
    const onAbort = (): void => end(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    const onTime = (): void => {
      const leftMs = deadline - now();
      if (leftMs > 0) timer = startTimer(leftMs, onTime);
      else {
        lookAround(core, wait);
        end(() => resolve(isReady(wait)));
      }
    };
    if (deadline !== Number.POSITIVE_INFINITY) timer = startTimer(Math.max(0, deadline - now()), onTime);
    for (const one of wait.all) {
      if (one.isReady) continue;
      if (isOver) break;
      if (one.points !== undefined) watch(one, one.points);
      else cancels.push(whenPromised(core, one.id, one.point, (chain) => onFound(one, chain)));
    }

    // What was added last may have ended it.
    if (isOver) for (const cancel of cancels) cancel();

    function onFound(one: One, chain: Chain): void {
      if (isOver) return;
      take(core, wait, one, chain);
      // More may be put in by the same call: of what is ready then, the first is meant.
      if (one.isReady) queueTask(check);
      else watch(one, one.points as Points);
    }

    function watch(one: One, points: Points): void {
      const waiter = watchPoints(core.agent, points, () => {
        markReady(wait, one);
        check();
      });
      cancels.push(() => cancelWatch(waiter));
    }

    function check(): void {
      if (isOver || !isReady(wait)) return;
      settleFirst(core, wait);
      end(() => resolve(true));
    }

    function end(settle: () => void): void {
      if (isOver) return;
      isOver = true;
      for (const cancel of cancels) cancel();
      timer?.stop();
      core.onLeave.delete(leaving);
      signal?.removeEventListener('abort', onAbort);
      releaseProcess(core.agent);
      settle();
    }
  });
}

/** What this thread signals itself, it is told at once. */
function wantOwnOf(core: Core, { all }: Wait): void {
  for (const { points, isReady } of all) if (points !== undefined && !isReady) wantOwn(core.agent, points);
}

/** The wish and the interest first, then the look, at whatever the wait still needs. */
function lookAround(core: Core, wait: Wait): void {
  const { agent } = core;
  for (const one of wait.all) {
    if (one.points === undefined) {
      listenToSyncObject(agent, one.id.syncObject);
      const chain = promisedChain(agent, one.id.syncObject, one.point);
      if (chain !== undefined) take(core, wait, one, chain);
    }
    if (one.isReady || one.points === undefined) continue;
    if (!one.isWanted) wantPoints(agent, one.points);
    one.isWanted = true;
    let at = firstPending(agent, one.points, 0);
    while (at >= 0) {
      // An index of `points`.
      addInterest(agent, (one.points[at] as Points[number]).timeline);
      const next = firstPending(agent, one.points, at);
      if (next === at) break;
      at = next;
    }
    if (at < 0) markReady(wait, one);
  }
  if (isReady(wait)) settleFirst(core, wait);
}

/** Whether only this thread could end the wait: what is not there yet may come from somebody else. */
function isStuck(core: Core, { all, isAny }: Wait): boolean {
  const isOwed = ({ points, isReady }: One): boolean => !isReady && points !== undefined && isOwedHere(core, points);
  return isAny ? all.every(isOwed) : all.some(isOwed);
}

function refuseStuck(wait: Wait): never {
  const label = nameOf(wait);
  fail('EDEADLK', `Waiting for ${label} here would never end: this thread is the one that has to signal it.`, {
    cycle: [label, 'this thread', label],
  });
}

function nameOf({ all }: Wait): string {
  const [first] = all;
  if (first === undefined) return 'no points';
  const name = `point ${first.point} of '${first.label}'`;
  return all.length === 1 ? name : `${name} and ${all.length - 1} more`;
}
