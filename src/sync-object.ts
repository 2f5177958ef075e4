/**
 * Sync objects for users: a replaceable fence, waited for before anybody has promised it (Linux: drm_syncobj).
 *
 * What an object holds is a chain of points (fence/chain.ts). Not here: waiting for several of them (sync-wait.ts).
 */
import { isQueuedYet } from './added-points.ts';
import { checkCallback } from './bad-input.ts';
import { disposeKey } from './base/dispose.ts';
import { FencelineError, fail } from './base/errors.ts';
import { sharedNow } from './cells/clock.ts';
import { fenceOfChain, leavesOfFence } from './chain-fence.ts';
import type { Core } from './core.ts';
import type { Chain } from './fence/chain.ts';
import { chainOf, completedPoint, headOf, mergeChains, stubLeaf } from './fence/chain.ts';
import {
  addPoint,
  chainIn,
  createSyncObject,
  headIn,
  holdSyncObject,
  promisedChain,
  replaceChain,
  type SyncObjectId,
} from './fence/sync-object.ts';
import type { Fence } from './fence.ts';
import type { Handle } from './handle.ts';
import { overSince } from './leaf-info.ts';
import { indexOf, registerKind } from './open.ts';
import { letAdmitPoints, looksFor } from './passing.ts';
import { coreOf, type Space } from './space.ts';
import { chainOfFile, isSyncFile, type SyncFile, syncFileOver } from './sync-file.ts';
import { countHold } from './sync-holds.ts';
import { keepInObject, tidyKeepers } from './sync-keep.ts';
import { awaitPoint, callAtPoint, sleepForPoint } from './sync-point.ts';
import { letGo, lookNow, nameOfHold } from './sync-watch.ts';

/** A replaceable fence, or rows of numbered ones: waited for before anybody has promised it. */
export interface SyncObject extends Disposable {
  readonly label: string;
  /** Whether no fence is in it. */
  readonly isEmpty: boolean;
  /**
   * Puts a fence in, in place of what is there, or (point > 0) adds it as a point. A point that is not above the last one begins
   * a new numbering at the last one's number, over only when all before it are (dma_fence_chain_init).
   * Outcomes: nothing; EINVAL; EBUSY if it is a job that waits for its own turn (contract C6); ENOSPC (65,536 points that are
   * not over, chunks). Whoever waits for it is woken.
   */
  replace(fence: Fence<unknown> | SyncFile, point?: number): void;
  /**
   * Puts in a fence that is over, in place of what is there, or adds it as a point (0 too: it then counts as the last one
   * again). `atMs`: when that was, in milliseconds since 1970. Default: now.
   */
  signal(point?: number, options?: { atMs?: number }): void;
  /** Takes all fences out; points can begin again. Who waits for what was there goes on waiting for it. */
  reset(): void;
  /** The last point of the numbering up to which all is over; with `submitted`, the last point. 0 without points. */
  query(options?: { submitted?: boolean }): number;
  /**
   * Takes what `from` holds (up to `fromPoint`), in place of what is there, or merged into one point (`point` > 0).
   * Outcomes: nothing; ENOENT if it is not there yet; as `replace`.
   */
  transfer(from: SyncObject, options?: { fromPoint?: number; point?: number }): void;
  /** A snapshot of all that is in it, with its points. Outcomes: the file, called `name` or as this object; ENOENT if it is empty. */
  exportFile(name?: string): SyncFile;
  /** Waits until the point is promised, not until it is over. Outcomes: its fence; rejects with the signal's reason. */
  submitted(point?: number, options?: { signal?: AbortSignal }): Promise<Fence>;
  /** The same, blocking this thread. Outcomes: also ETIME, and EDEADLK where it may not block. */
  submittedSync(point?: number, options?: { timeoutMs?: number }): Fence;
  /** The fence that a point stands for now, or undefined: looks, never waits. Point 0: all that is there. */
  peek(point?: number): Fence | undefined;
  /** Calls `fn` once, on this thread, when the point is over, or is promised (`available`); disposing before prevents it. */
  onPoint(point: number, fn: () => void, options?: { available?: boolean }): Disposable;
  readonly handle: Handle<SyncObject>;
  dispose(): void;
}

/** Makes a sync object, empty or with a fence in it that is over. Outcomes: the sync object, or ENOSPC. */
export function syncObject(space: Space, label: string, options: { signaled?: boolean } = {}): SyncObject {
  const core = coreOf(space);
  tidyKeepers(core);
  const made = new SharedSyncObject(core, label, createSyncObject(core.agent));
  if (options.signaled === true) made.signal();
  return made;
}

/** What is behind a sync object that is not disposed of. Outcomes: its parts, or EINVAL. */
export let partsOfObject: (object: SyncObject) => { readonly core: Core; readonly id: SyncObjectId };

class SharedSyncObject implements SyncObject {
  readonly label: string;
  readonly #core: Core;
  readonly #id: SyncObjectId;
  #isDisposed = false;

  constructor(core: Core, label: string, id: SyncObjectId) {
    this.label = label;
    this.#core = core;
    this.#id = id;
    countHold(core, nameOfHold(id));
  }

  get isEmpty(): boolean {
    this.#check(0);
    return headIn(this.#core.agent, this.#id.syncObject) === undefined;
  }

  replace(fence: Fence<unknown> | SyncFile, point: number = 0): void {
    const core = this.#check(point);
    const isFile = typeof fence === 'object' && fence !== null && isSyncFile(fence);
    const chain = isFile ? chainOfFile(fence, core) : chainOf(leavesOfFence(fence, core));
    const looks = looksFor(core);
    for (const { leaves } of chain) {
      letAdmitPoints(core.agent, leaves, looks);
      if (isQueuedYet(core, leaves)) refuseQueued(this.label);
    }
    if (point === 0) this.#put(chain, undefined);
    // A fence alone goes in as it is.
    else this.#put(chain.length === 1 ? chain : this.#merged(chain), point);
  }

  signal(point?: number, options: { atMs?: number } = {}): void {
    this.#check(point ?? 0);
    this.#put(chainOf([stubLeaf(momentOf(options.atMs))]), point);
  }

  reset(): void {
    const core = this.#check(0);
    replaceChain(core.agent, this.#id.syncObject, undefined);
  }

  query(options: { submitted?: boolean } = {}): number {
    const { agent } = this.#check(0);
    if (options.submitted === true) return headIn(agent, this.#id.syncObject)?.seqno ?? 0;
    const chain = chainIn(agent, this.#id.syncObject);
    return chain === undefined ? 0 : completedPoint(agent, chain);
  }

  transfer(from: SyncObject, options: { fromPoint?: number; point?: number } = {}): void {
    const { fromPoint = 0, point = 0 } = options;
    const core = this.#check(point);
    const source = partsOfObject(from);
    if (source.core !== core) {
      fail('EINVAL', `Sync object '${from.label}' is of another space than '${this.label}'.`, { argument: 'from' });
    }
    checkPoint(fromPoint);
    const chain = promisedChain(core.agent, source.id.syncObject, fromPoint);
    if (chain === undefined) refuseMissing(from.label, fromPoint);
    if (point === 0) this.#put(chain, undefined);
    else this.#put(this.#merged(chain), point);
  }

  exportFile(name: string = this.label): SyncFile {
    const core = this.#check(0);
    const chain = chainIn(core.agent, this.#id.syncObject);
    if (chain === undefined) refuseMissing(this.label, 0);
    return syncFileOver(core, chain, name);
  }

  async submitted(point: number = 0, options: { signal?: AbortSignal } = {}): Promise<Fence> {
    const core = this.#check(point);
    return fenceOfChain(core, await awaitPoint(core, this.#id, point, options.signal), `${this.label} ${point}`);
  }

  submittedSync(point: number = 0, options: { timeoutMs?: number } = {}): Fence {
    const core = this.#check(point);
    const chain = sleepForPoint(core, this.#id, point, this.label, options.timeoutMs);
    return fenceOfChain(core, chain, `${this.label} ${point}`);
  }

  peek(point: number = 0): Fence | undefined {
    const core = this.#check(point);
    const chain = promisedChain(core.agent, this.#id.syncObject, point);
    return chain === undefined ? undefined : fenceOfChain(core, chain, `${this.label} ${point}`);
  }

  onPoint(point: number, fn: () => void, options: { available?: boolean } = {}): Disposable {
    const core = this.#check(point);
    checkCallback(fn, 'fn');
    return callAtPoint(core, this.#id, point, fn, options.available === true);
  }

  get handle(): Handle<SyncObject> {
    return {
      kind: 'fenceline.syncObject',
      space: this.#core.data.id,
      ...this.#id,
      label: this.label,
    } as Handle<SyncObject>;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    letGo(this.#core, this.#id);
    if (!this.#core.isClosed) tidyKeepers(this.#core, this.#id);
  }

  [disposeKey](): void {
    this.dispose();
  }

  /** As a point if one is given: a fence alone then. Timelines are held before anybody can find their points here. */
  #put(chain: Chain, point: number | undefined): void {
    const { agent } = this.#core;
    const { syncObject } = this.#id;
    keepInObject(this.#core, this.#id, chain);
    if (point === undefined) replaceChain(agent, syncObject, chain);
    else addPoint(agent, syncObject, point, headOf(chain));
    lookNow(this.#core, this.#id);
  }

  #merged(chain: Chain): Chain {
    const core = this.#core;
    const leaves = mergeChains(core.agent, [chain], (leaf) => overSince(core, leaf));
    return chainOf(leaves, true);
  }

  #check(point: number): Core {
    if (this.#core.isClosed || this.#isDisposed) {
      fail('EINVAL', `Sync object '${this.label}' is disposed.`, { argument: 'syncObject' });
    }
    checkPoint(point);
    return this.#core;
  }

  static {
    partsOfObject = (object) => {
      if (typeof object !== 'object' || object === null || !(#id in object)) {
        fail('EINVAL', `The sync object (${typeof object}) is not one of this library.`, { argument: 'object' });
      }
      return { core: object.#check(0), id: object.#id };
    };
  }
}

/** Outcomes: nothing, or EINVAL. */
export function checkPoint(point: number): void {
  if (Number.isSafeInteger(point) && point >= 0) return;
  fail('EINVAL', `The point (${point}) is not a whole number from 0 on.`, { argument: 'point' });
}

/** Nobody has put it in yet. */
export function refuseMissing(label: string, point: number): never {
  const what =
    point === 0 ? `Sync object '${label}' is empty` : `Point ${point} of sync object '${label}' is not promised yet`;
  fail('ENOENT', `${what}.`, { kind: 'point' });
}

/** Whoever finds a fence in a sync object may hold locks while waiting for it. */
function refuseQueued(label: string): never {
  const sentence = `The job that is to be put into sync object '${label}' waits for its turn itself: it is promised once it has its`;
  fail('EBUSY', `${sentence} locks and memory. Hint: put it in when what it waits for is free.`, {
    by: 'a queued job',
  });
}

function momentOf(atMs: number | undefined): number {
  if (atMs === undefined) return sharedNow();
  if (Number.isFinite(atMs) && atMs >= 0) return atMs;
  return fail('EINVAL', `The moment (${atMs}) is not a number of milliseconds since 1970.`, { argument: 'atMs' });
}

registerKind('fenceline.syncObject', (core, fields) => {
  const syncObject = indexOf(fields.syncObject, core.agent.layout.limits.syncObjects, 'sync object');
  const generation = indexOf(fields.generation, 2 ** 22, 'generation');
  if (!holdSyncObject(core.agent, { syncObject, generation })) {
    throw new FencelineError('ENOENT', 'The sync object of this handle is gone.', { kind: 'sync object' });
  }
  return new SharedSyncObject(core, String(fields.label), { syncObject, generation });
});
