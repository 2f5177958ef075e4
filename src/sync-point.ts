/** Waiting for one point of a sync object to be promised: as a promise, blocking, and as a call when it is over. */
import { disposeKey } from './base/dispose.ts';
import { fail } from './base/errors.ts';
import { addReady, holdProcess, nextWaiterOrder, releaseProcess } from './cells/pump.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core } from './core.ts';
import type { Chain } from './fence/chain.ts';
import { pointsOfChain } from './fence/chain.ts';
import type { SyncObjectId } from './fence/sync-object.ts';
import { listenToSyncObject, promisedChain } from './fence/sync-object.ts';
import type { FenceWaiter } from './fence/watch.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';
import { whenPromised } from './sync-watch.ts';
import { closedError, deadlineOf, noteWait, refuseTime } from './waiting.ts';

/** Outcomes: resolves with what stands for the point; rejects with the signal's reason, or EINVAL when the space is closed. */
export function awaitPoint(
  core: Core,
  id: SyncObjectId,
  point: number,
  signal: AbortSignal | undefined,
): Promise<Chain> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  noteWait(core, undefined, false);
  return new Promise((resolve, reject) => {
    holdProcess(core.agent);
    const leaving = core.onLeave.add(() => end(() => reject(closedError())));
    const onAbort = (): void => end(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    let isOver = false;
    let cancel: (() => void) | undefined;
    // It may be found at once; then there is nothing to take back.
    cancel = whenPromised(core, id, point, (chain) => end(() => resolve(chain)));

    function end(settle: () => void): void {
      if (isOver) return;
      isOver = true;
      cancel?.();
      core.onLeave.delete(leaving);
      signal?.removeEventListener('abort', onAbort);
      releaseProcess(core.agent);
      settle();
    }
  });
}

/** Blocks until somebody has promised the point. Outcomes: what stands for it; ETIME; EDEADLK where it may not block. */
export function sleepForPoint(
  core: Core,
  id: SyncObjectId,
  point: number,
  label: string,
  timeoutMs: number | undefined,
): Chain {
  const deadline = deadlineOf(timeoutMs);
  noteWait(core, timeoutMs, true);
  let found = promisedChain(core.agent, id.syncObject, point);
  if (found === undefined && timeoutMs !== 0) {
    if (!core.canBlock) refuseBlocking(label);
    sleepUntil(
      core.agent,
      () => {
        listenToSyncObject(core.agent, id.syncObject);
        found = promisedChain(core.agent, id.syncObject, point);
        return found !== undefined;
      },
      deadline,
    );
  }
  return found ?? refuseTime(timeoutMs, `point ${point} of '${label}'`);
}

/** Calls `fn` once from the event loop when the point is over, or as soon as it is promised. Outcomes: what prevents it. */
export function callAtPoint(
  core: Core,
  id: SyncObjectId,
  point: number,
  fn: () => void,
  isAvailable: boolean,
): Disposable {
  let isOff = false;
  let waiter: FenceWaiter | undefined;
  const order = nextWaiterOrder();
  const run = (): void => {
    if (!isOff) fn();
    isOff = true;
  };
  const cancel = whenPromised(core, id, point, (chain) => {
    if (isAvailable) addReady(core.agent, { order, run });
    else waiter = watchPoints(core.agent, pointsOfChain(core.agent, chain), run);
  });
  return {
    [disposeKey]: () => {
      isOff = true;
      cancel();
      if (waiter !== undefined) cancelWatch(waiter);
    },
  };
}

/** This thread may not sleep. */
export function refuseBlocking(label: string): never {
  fail('EDEADLK', `Waiting for '${label}' cannot block this thread. Hint: await it instead.`, {
    cycle: [label, 'this thread', label],
  });
}
