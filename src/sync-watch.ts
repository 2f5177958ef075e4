/**
 * Waiting for points of sync objects to be promised, without blocking: per thread and object one waiter of the pump.
 *
 * Who waits is kept in order of its point: a look at the newest link tells how many of them are there now. Whoever finds its
 * point is told at once, in the look, with the chain that stands for it then: a snapshot. This thread's own changes are shown to
 * its waiters one by one (`lookNow`), as in Linux; of another thread's changes between two looks only the last is seen.
 *
 * While somebody waits the object is held, so that disposing of it here ends no wait. Not here: blocking (sync-wait.ts).
 */
import type { Agent, Waiter } from './cells/memory.ts';
import { addWaiter, nextWaiterOrder, removeWaiter } from './cells/pump.ts';
import type { Core } from './core.ts';
import type { Chain } from './fence/chain.ts';
import { findPoint, headOf, isPromised } from './fence/chain.ts';
import type { SyncObjectId } from './fence/sync-object.ts';
import { chainIn, dropSyncObject, headIn, listenToSyncObject } from './fence/sync-object.ts';
import { countHold, releaseHold } from './sync-holds.ts';

interface Asked {
  readonly point: number;
  /** Called in the middle of a look: it may watch and queue, but calls nothing of users. */
  readonly found: (chain: Chain) => void;
}

interface ObjectWatch extends Waiter {
  readonly id: SyncObjectId;
  /** By point; those of one point in the order in which they came. */
  readonly asked: Asked[];
  /** Whether the pump looks at it. */
  isWatching: boolean;
}

const watches: WeakMap<Core, Map<string, ObjectWatch>> = new WeakMap();

/**
 * Calls `found` once when somebody has promised the point (0: anything), at once if it is there already.
 * Outcomes: what takes it back.
 */
export function whenPromised(core: Core, id: SyncObjectId, point: number, found: (chain: Chain) => void): () => void {
  const watch = watchOf(core, id);
  const one: Asked = { point, found };
  insert(watch.asked, one);
  countHold(core, nameOfHold(id));
  if (!watch.isWatching) {
    watch.isWatching = true;
    addWaiter(core.agent, watch);
  } else if (watch.poll(core.agent)) {
    removeWaiter(core.agent, watch);
  }
  return () => {
    const at = watch.asked.indexOf(one);
    if (at < 0) return;
    watch.asked.splice(at, 1);
    letGo(core, id);
    if (watch.asked.length === 0 && removeWaiter(core.agent, watch)) forget(core, watch);
  };
}

/** Shows this thread's waiters what it has just put in, before it puts in something else. */
export function lookNow(core: Core, id: SyncObjectId): void {
  const watch = watches.get(core)?.get(nameOfHold(id));
  if (watch?.isWatching && watch.poll(core.agent)) removeWaiter(core.agent, watch);
}

/** This thread's counts of what it holds. */
export function nameOfHold({ syncObject }: SyncObjectId): string {
  return `syncObject ${syncObject}`;
}

/** One hold of this thread less: with the last one the object is dropped. */
export function letGo(core: Core, id: SyncObjectId): void {
  if (releaseHold(core, nameOfHold(id))) dropSyncObject(core.agent, id.syncObject, core.agent.index);
}

function watchOf(core: Core, id: SyncObjectId): ObjectWatch {
  let all = watches.get(core);
  if (all === undefined) {
    all = new Map();
    watches.set(core, all);
  }
  const name = nameOfHold(id);
  // Held while somebody waits: it cannot be another object meanwhile.
  let watch = all.get(name);
  if (watch === undefined) {
    const made: ObjectWatch = {
      id,
      asked: [],
      isWatching: false,
      order: nextWaiterOrder(),
      hint: -1,
      poll: (agent) => pollWatch(core, agent, made),
      run: () => {},
    };
    watch = made;
    all.set(name, watch);
  }
  return watch;
}

/** Interest first, then the look: what is put in afterwards rings us. True once nobody waits here any more. */
function pollWatch(core: Core, agent: Agent, watch: ObjectWatch): boolean {
  const { id, asked } = watch;
  listenToSyncObject(agent, id.syncObject);
  const head = headIn(agent, id.syncObject);
  const first = asked[0];
  if (first !== undefined && head !== undefined && isPromised(head, first.point)) {
    const chain = chainIn(agent, id.syncObject);
    if (chain !== undefined) tell(core, watch, chain);
  }
  if (asked.length > 0) return false;
  forget(core, watch);
  return true;
}

function tell(core: Core, { id, asked }: ObjectWatch, chain: Chain): void {
  const head = headOf(chain);
  const end = asked.findIndex(({ point }) => !isPromised(head, point));
  for (const { point, found } of asked.splice(0, end < 0 ? asked.length : end)) {
    const promised = findPoint(core.agent, chain, point);
    letGo(core, id);
    if (promised !== undefined) found(promised);
  }
}

function forget(core: Core, watch: ObjectWatch): void {
  watch.isWatching = false;
  watches.get(core)?.delete(nameOfHold(watch.id));
}

/** After all with the same point or a lower one. */
function insert(asked: Asked[], one: Asked): void {
  let [from, to] = [0, asked.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    // Below the length.
    if ((asked[middle] as Asked).point <= one.point) from = middle + 1;
    else to = middle;
  }
  asked.splice(from, 0, one);
}
