/**
 * Sync objects for users: a replaceable fence, waited for before anybody has promised it (Linux: drm_syncobj).
 *
 * Waiting takes two steps: `submitted` waits for a fence to exist, its `wait` for the work.
 */

import { assert } from './base/assert.ts';
import { disposeKey } from './base/dispose.ts';
import { FencelineError, fail } from './base/errors.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import {
  createSyncObject,
  dropSyncObject,
  holdSyncObject,
  listenToSyncObject,
  replaceFence,
  resetSyncObject,
  type SyncObjectId,
  submittedPoints,
} from './fence/sync-object.ts';
import { type Fence, fenceOver, pointsOfFence } from './fence.ts';
import type { Handle } from './handle.ts';
import { indexOf, registerKind } from './open.ts';
import { coreOf, type Space } from './space.ts';
import { countHold, releaseHold } from './sync-holds.ts';
import { whenTrue } from './waiting.ts';

/** A replaceable fence, or a row of numbered ones: waited for before anybody has promised it. */
export interface SyncObject extends Disposable {
  readonly label: string;
  /** Puts a fence in: in place of what is there, or as the next point (from 1 on). Outcomes: EINVAL if it goes backwards. */
  replace(fence: Fence<unknown>, point?: number): void;
  /** Takes all fences out; points can begin again. */
  reset(): void;
  readonly handle: Handle<SyncObject>;
  /** Waits until the point is promised, not until it is over. Outcomes: its fence; rejects with the signal's reason. */
  submitted(point?: number, options?: { signal?: AbortSignal }): Promise<Fence>;
  /** The same, blocking this thread. Outcomes: also EDEADLK where it may not block. */
  submittedSync(point?: number): Fence;
  dispose(): void;
}

/** Makes a sync object without a fence. Outcomes: the sync object, or ENOSPC. */
export function syncObject(space: Space, label: string): SyncObject {
  const core = coreOf(space);
  return new SharedSyncObject(core, label, createSyncObject(core.agent));
}

class SharedSyncObject implements SyncObject {
  readonly label: string;
  readonly #core: Core;
  readonly #id: SyncObjectId;
  #isDisposed = false;

  constructor(core: Core, label: string, id: SyncObjectId) {
    this.label = label;
    this.#core = core;
    this.#id = id;
    countHold(core, this.#name());
  }

  replace(fence: Fence<unknown>, point: number = 0): void {
    replaceFence(this.#agent(), this.#id.syncObject, this.#check(point), pointsOfFence(fence, this.#core));
  }

  reset(): void {
    resetSyncObject(this.#agent(), this.#id.syncObject);
  }

  get handle(): Handle<SyncObject> {
    return {
      kind: 'fenceline.syncObject',
      space: this.#core.data.id,
      ...this.#id,
      label: this.label,
    } as Handle<SyncObject>;
  }

  async submitted(point: number = 0, options: { signal?: AbortSignal } = {}): Promise<Fence> {
    this.#check(point);
    let found = this.#look(point);
    if (found === undefined) {
      const look = (): boolean => {
        found = this.#look(point);
        return found !== undefined;
      };
      await whenTrue(this.#core, look, options.signal, Number.POSITIVE_INFINITY);
    }
    return this.#fence(found, point);
  }

  submittedSync(point: number = 0): Fence {
    this.#check(point);
    let found = this.#look(point);
    if (found === undefined) {
      if (!this.#core.canBlock) {
        fail('EDEADLK', `Waiting for '${this.label}' cannot block this thread. Hint: await submitted().`, {
          cycle: [this.label, 'this thread', this.label],
        });
      }
      const look = (): boolean => {
        found = this.#look(point);
        return found !== undefined;
      };
      sleepUntil(this.#core.agent, look, Number.POSITIVE_INFINITY);
    }
    return this.#fence(found, point);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { agent } = this.#core;
    if (releaseHold(this.#core, this.#name())) dropSyncObject(agent, this.#id.syncObject, agent.index);
  }

  [disposeKey](): void {
    this.dispose();
  }

  /** Interest first, then the look: what is put in afterwards rings us. */
  #look(point: number): Points | undefined {
    listenToSyncObject(this.#core.agent, this.#id.syncObject);
    return submittedPoints(this.#core.agent, this.#id.syncObject, point);
  }

  #fence(points: Points | undefined, point: number): Fence {
    assert(points !== undefined, 'A wait for a point ends when it is there.');
    return fenceOver(this.#core, points, `${this.label} ${point}`);
  }

  #agent(): Core['agent'] {
    this.#check(0);
    return this.#core.agent;
  }

  #check(point: number): number {
    if (this.#core.isClosed || this.#isDisposed) {
      fail('EINVAL', `Sync object '${this.label}' is disposed.`, { argument: 'syncObject' });
    }
    if (Number.isSafeInteger(point) && point >= 0) return point;
    return fail('EINVAL', `The point (${point}) is not a whole number from 0 on.`, { argument: 'point' });
  }

  #name(): string {
    return `syncObject ${this.#id.syncObject}`;
  }
}

registerKind('fenceline.syncObject', (core, fields) => {
  const syncObject = indexOf(fields.syncObject, core.agent.layout.limits.syncObjects, 'sync object');
  const generation = indexOf(fields.generation, 2 ** 22, 'generation');
  if (!holdSyncObject(core.agent, { syncObject, generation })) {
    throw new FencelineError('ENOENT', 'The sync object of this handle is gone.', { kind: 'sync object' });
  }
  return new SharedSyncObject(core, String(fields.label), { syncObject, generation });
});
