/**
 * drm_syncobj, the calls that may sleep: waiting for points, for events, and transferring what is still to come.
 *
 * A sleeping call refers to its sync objects until it returns. Its time-out counts from now, in milliseconds; Linux takes an
 * absolute time.
 */
import type { FencelineError } from '../index.ts';
import { type Entry, waitPoints } from '../sync.ts';
import { millisecondsOf } from './clock.ts';
import { drmAt } from './drm-file.ts';
import { type ErrnoName, refuse } from './errno.ts';
import { type EventFile, raise } from './event-fd.ts';
import { letGo } from './let-go.ts';
import { find, foldPoint, nameAfterTransfer } from './sync-object.ts';
import { release, type SharedSyncObject } from './sync-object-refs.ts';
import type { System } from './system.ts';

export const WAIT_ALL = 1;
export const WAIT_FOR_SUBMIT = 2;
export const WAIT_AVAILABLE = 4;
export const WAIT_DEADLINE = 8;

/** How long a transfer waits for what is not there yet. */
const transferPatienceMs = 5000;

export interface WaitRequest {
  readonly handles: readonly number[];
  /** One for each handle in TIMELINE_WAIT; absent in WAIT. */
  readonly points?: readonly bigint[];
  readonly flags: number;
  /** From now; 0 or less looks once. */
  readonly timeoutMs: number;
  /** With WAIT_DEADLINE. */
  readonly deadlineNs?: bigint;
  /** Interrupts the call, which then answers EINTR. */
  readonly signal?: AbortSignal;
}

/** SYNCOBJ_WAIT, SYNCOBJ_TIMELINE_WAIT. Outcomes: the index of the first that was ready, or -1; undefined for no handles. */
export async function waitSyncObjects(system: System, drm: number, request: WaitRequest): Promise<number | undefined> {
  const file = drmAt(system, drm);
  const { handles, points, flags } = request;
  const known = WAIT_ALL | WAIT_FOR_SUBMIT | WAIT_DEADLINE | (points === undefined ? 0 : WAIT_AVAILABLE);
  if ((flags & ~known) !== 0) refuse('EINVAL');
  if (handles.length === 0) return undefined;
  const objects = handles.map((handle) => find(file, handle));
  const entries = objects.map(({ object }, index) => ({ object, point: foldPoint(points?.[index] ?? 0n) }));
  return holding(objects, () => waitEntries(system, entries, request));
}

async function waitEntries(system: System, entries: readonly Entry[], request: WaitRequest): Promise<number> {
  const { flags, timeoutMs, deadlineNs = 0n } = request;
  const options = {
    any: (flags & WAIT_ALL) === 0,
    forSubmit: (flags & WAIT_FOR_SUBMIT) !== 0,
    available: (flags & WAIT_AVAILABLE) !== 0,
    ...((flags & WAIT_DEADLINE) === 0 ? {} : { deadlineMs: millisecondsOf(deadlineNs) }),
  };
  const limit = timeLimit(system, timeoutMs, request.signal);
  try {
    if (timeoutMs <= 0) return await waitPoints(entries, { ...options, timeoutMs: 0 });
    return await waitPoints(entries, { ...options, signal: limit.signal });
  } catch (error) {
    if (limit.why !== undefined) refuse(limit.why);
    // What has no fence, and may not wait for one, is refused at once.
    throw (error as FencelineError).code === 'ENOENT' ? invalid() : error;
  } finally {
    limit.letGo();
  }
}

/** SYNCOBJ_TRANSFER: takes what the source holds at a point, and puts it into the target, as a point or alone. */
export async function transferFence(
  system: System,
  drm: number,
  target: { readonly handle: number; readonly point: bigint },
  source: { readonly handle: number; readonly point: bigint },
  flags: number,
  pad: number,
  signal?: AbortSignal,
): Promise<void> {
  const file = drmAt(system, drm);
  if (pad !== 0) refuse('EINVAL');
  const to = find(file, target.handle);
  const from = find(file, source.handle);
  if ((flags & ~WAIT_FOR_SUBMIT) !== 0) refuse('EINVAL');
  const fromPoint = foldPoint(source.point);
  await holding([to, from], async () => {
    if (from.object.peek(fromPoint) === undefined) {
      if (flags !== WAIT_FOR_SUBMIT) refuse('EINVAL');
      await untilSubmitted(system, from, fromPoint, signal);
    }
    put(system, to, target.point, from, fromPoint);
  });
}

/** SYNCOBJ_EVENTFD: raises an eventfd once, when the point is over, or there with WAIT_AVAILABLE. */
export function watchPoint(
  system: System,
  drm: number,
  target: { readonly handle: number; readonly point: bigint },
  fd: number,
  flags: number,
  pad: number,
): void {
  const file = drmAt(system, drm);
  if ((flags & ~WAIT_AVAILABLE) !== 0 || pad !== 0) refuse('EINVAL');
  const shared = find(file, target.handle);
  const event = system.files.get(fd);
  if (event.kind !== 'eventfd') refuse('EINVAL');
  const point = foldPoint(target.point);
  const watch = shared.object.onPoint(
    point,
    () => {
      shared.onGone.delete(forget);
      raise(event as EventFile);
    },
    { available: flags === WAIT_AVAILABLE },
  );
  // What nobody has submitted when the last reference goes never happens.
  const forget = (): void => {
    if (shared.object.peek(point) === undefined) letGo(watch);
  };
  shared.onGone.add(forget);
}

/** Counts the names that Linux would give out, then lets the library transfer. */
function put(system: System, to: SharedSyncObject, toPoint: bigint, from: SharedSyncObject, fromPoint: number): void {
  if (toPoint === 0n) {
    const { name } = from;
    to.object.transfer(from.object, { fromPoint });
    to.name = fromPoint === 0 ? name : nameAfterTransfer(from, to.object);
    return;
  }
  // Several pending points become an array, in a context of its own.
  system.names.mergedName(from.object.peek(fromPoint)?.points ?? []);
  to.object.transfer(from.object, { fromPoint, point: foldPoint(toPoint) });
  to.name = system.names.chainName(to.name, toPoint);
}

async function untilSubmitted(
  system: System,
  from: SharedSyncObject,
  point: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limit = timeLimit(system, transferPatienceMs, signal);
  try {
    await from.object.submitted(point, { signal: limit.signal });
  } catch (error) {
    if (limit.why !== undefined) refuse(limit.why);
    throw error;
  } finally {
    limit.letGo();
  }
}

/** What makes a sleeping call return: its time is up, or it is interrupted. `why` says which. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  readonly why: ErrnoName | undefined;
  letGo(): void;
}

export function timeLimit(system: System, timeoutMs: number, signal: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  let why: ErrnoName | undefined;
  const end = (reason: ErrnoName): void => {
    why ??= reason;
    controller.abort(new Error(reason));
  };
  const interrupt = (): void => end('EINTR');
  const undo =
    timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY ? system.after(timeoutMs, () => end('ETIME')) : undefined;
  if (signal?.aborted) interrupt();
  else signal?.addEventListener('abort', interrupt, { once: true });
  return {
    signal: controller.signal,
    get why() {
      return why;
    },
    letGo() {
      undo?.();
      signal?.removeEventListener('abort', interrupt);
    },
  };
}

async function holding<R>(objects: readonly SharedSyncObject[], body: () => Promise<R>): Promise<R> {
  for (const object of objects) object.refs++;
  try {
    return await body();
  } finally {
    for (const object of objects) release(object);
  }
}

function invalid(): Error {
  try {
    return refuse('EINVAL');
  } catch (error) {
    return error as Error;
  }
}
