/** Who refers to a sync object: handles, descriptors and sleeping calls. The last one to go disposes of it. */
import type { SyncObject } from '../sync.ts';
import type { FenceName } from './names.ts';

export interface SharedSyncObject {
  readonly object: SyncObject;
  /** What Linux would call the fence in it. */
  name: FenceName | undefined;
  refs: number;
  /** Runs once, when nobody refers to it any more. */
  readonly onGone: Set<() => void>;
}

/** One reference less: the last one disposes of it. */
export function release(shared: SharedSyncObject): void {
  if (--shared.refs > 0) return;
  for (const fn of shared.onGone) fn();
  shared.object.dispose();
}
