/**
 * Who keeps the timelines of points in sync objects and sync files, so that they do not become "no longer known".
 *
 * A sync file keeps them while it is open. A sync object keeps them through whoever put them in: that thread holds their timelines for
 * as long as the object names them. It looks at what the object still names when it has put twice as many timelines in as
 * there were the last time, and lets go of the others: O(1) for each. When that thread leaves the space or stops, its holds
 * go with it: its own timelines are closed, so that their points have failed, and points of others stay known for as long
 * as somebody else holds their timelines. After that they are failed with EUNKNOWN, never done.
 *
 * Not here: fences, which are values and keep nothing (`fence.hold()`).
 */
import { disposeKey } from './base/dispose.ts';
import type { Core } from './core.ts';
import type { Chain, Leaf } from './fence/chain.ts';
import { isStub } from './fence/chain.ts';
import type { SyncObjectId } from './fence/sync-object.ts';
import { chainIn, isSyncObjectThere } from './fence/sync-object.ts';
import { holdPoints } from './sync-holds.ts';

/** What is held, by timeline. */
type Kept = Map<number, { readonly generation: number; readonly hold: Disposable }>;

interface Keeper {
  readonly id: SyncObjectId;
  readonly kept: Kept;
  /** With this many timelines it looks which of them the object still names. */
  lookAt: number;
}

const lookLeast = 16;
/** What this thread has put where, by slot and generation of the sync object. */
const keepers: WeakMap<Core, Map<string, Keeper>> = new WeakMap();
/** How many objects there were when they were looked through for those that are gone. */
const lookedThrough: WeakMap<Core, number> = new WeakMap();

/** Holds the timelines of a chain. Outcomes: what lets go of them, once. */
export function keepChain(core: Core, chain: Chain): () => void {
  const kept: Kept = new Map();
  for (const { leaves } of chain) keep(core, kept, leaves);
  return () => letGoOf(kept, undefined);
}

/** Holds the timelines of a chain that is about to be put into a sync object. Context: before it is. */
export function keepInObject(core: Core, id: SyncObjectId, chain: Chain): void {
  const keeper = keeperOf(core, id);
  for (const { leaves } of chain) keep(core, keeper.kept, leaves);
  if (keeper.kept.size < keeper.lookAt) return;
  const named: Map<number, number> = new Map();
  for (const links of [chain, chainIn(core.agent, id.syncObject) ?? []]) {
    for (const { leaves } of links) for (const leaf of leaves) named.set(leaf.timeline, leaf.generation);
  }
  letGoOf(keeper.kept, named);
  keeper.lookAt = Math.max(lookLeast, keeper.kept.size * 2);
}

/**
 * Lets go of what objects hold that are gone: of the one that this thread has disposed of at once, unless others still have
 * it; of those that others disposed of later, once there are twice as many as the last time.
 */
export function tidyKeepers(core: Core, disposed?: SyncObjectId): void {
  const all = keepers.get(core);
  if (all === undefined) return;
  const own = disposed === undefined ? undefined : all.get(nameOf(disposed));
  if (own !== undefined) letGoIfGone(core, all, own);
  if (all.size < (lookedThrough.get(core) ?? 0) * 2) return;
  for (const keeper of all.values()) letGoIfGone(core, all, keeper);
  lookedThrough.set(core, all.size);
}

function letGoIfGone(core: Core, all: Map<string, Keeper>, { id, kept }: Keeper): void {
  if (isSyncObjectThere(core.agent, id)) return;
  letGoOf(kept, undefined);
  all.delete(nameOf(id));
}

function nameOf({ syncObject, generation }: SyncObjectId): string {
  return `${syncObject}.${generation}`;
}

function keeperOf(core: Core, id: SyncObjectId): Keeper {
  let all = keepers.get(core);
  if (all === undefined) {
    all = new Map();
    keepers.set(core, all);
  }
  const name = nameOf(id);
  let keeper = all.get(name);
  if (keeper === undefined) {
    keeper = { id, kept: new Map(), lookAt: lookLeast };
    all.set(name, keeper);
  }
  return keeper;
}

function keep(core: Core, kept: Kept, leaves: readonly Leaf[]): void {
  for (const leaf of leaves) {
    const known = kept.get(leaf.timeline);
    if (isStub(leaf) || known?.generation === leaf.generation) continue;
    // The former timeline of that slot is gone: it was not held.
    known?.hold[disposeKey]();
    kept.set(leaf.timeline, { generation: leaf.generation, hold: holdPoints(core, [leaf]) });
  }
}

/** Except of what is in `named`. */
function letGoOf(kept: Kept, named: ReadonlyMap<number, number> | undefined): void {
  for (const [timeline, { generation, hold }] of kept) {
    if (named?.get(timeline) === generation) continue;
    kept.delete(timeline);
    hold[disposeKey]();
  }
}
