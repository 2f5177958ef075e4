/**
 * Waiting for fences without blocking: per agent and timeline one waiter of the pump, with a heap of what waits there.
 *
 * However many wait on a timeline, a wake costs one interest bit, one look, and what is popped. A fence of several
 * points waits at one of its pending points at a time, and moves to the next when that one is over.
 *
 * Not here: blocking (wait.ts), callbacks' meaning (they run from the pump, outside every lock, in order).
 */
import { ring } from '../cells/doorbell.ts';
import type { Agent, Ready, Waiter } from '../cells/memory.ts';
import { addReady, addWaiter, nextWaiterOrder, removeWaiter } from '../cells/pump.ts';
import { TRACE_WAIT, TRACE_WAIT_LEFT, TRACE_WAIT_OVER, trace } from '../cells/trace.ts';
import type { Point, Points } from './points.ts';
import { firstPending, isSameTimeline, PENDING, pointStatus } from './points.ts';
import { addInterest, hintOf } from './timeline.ts';
import { wantPoints } from './wishes.ts';

/** Somebody waiting for a set of points. */
export interface FenceWaiter extends Ready {
  readonly points: Points;
  /** The point it waits at now. */
  at: number;
  /** Set to give up: it is dropped when it is met, or when half of those around it have given up. */
  isCancelled: boolean;
  home: Watch | undefined;
}

interface Watch extends Waiter {
  readonly agent: Agent;
  /** Any point of its timeline; another one once nobody waited any more and the slot had a new timeline. */
  point: Point;
  /** Whether the pump looks at it. It rests while nobody waits here, and the next one takes it up again. */
  isWatching: boolean;
  /** How many in the heap have given up, at most. */
  cancelled: number;
  /** A binary heap by sequence number. */
  readonly heap: FenceWaiter[];
}

/** By timeline. Kept, because jobs wait at the same few timelines for ever. */
const watches: WeakMap<Agent, (Watch | undefined)[]> = new WeakMap();

/**
 * Calls `run` once from this agent's event loop when no point is pending any more. Context: no lock held.
 * Outcomes: the waiter, which `cancelWatch` takes back.
 */
export function watchPoints(agent: Agent, points: Points, run: (agent: Agent) => void): FenceWaiter {
  const waiter: FenceWaiter = { points, at: 0, isCancelled: false, home: undefined, order: nextWaiterOrder(), run };
  wantPoints(agent, points);
  advance(agent, waiter);
  if (waiter.home === undefined) lookAtEarlier(agent, points);
  return waiter;
}

/**
 * It is over already, but those who waited for it before may not have been told yet: the pump looks at them too before it
 * runs anything, so that they run in order of registration.
 */
function lookAtEarlier(agent: Agent, points: Points): void {
  const byTimeline = watchesOf(agent);
  for (const { timeline } of points) {
    if (byTimeline[timeline]?.isWatching) ring(agent, agent.index, hintOf(timeline));
  }
}

/** The waiter will not run. Outcomes: nothing; it may be called at any time, also by the waiter itself. */
export function cancelWatch(waiter: FenceWaiter): void {
  if (waiter.isCancelled) return;
  waiter.isCancelled = true;
  if (waiter.home === undefined) return;
  trace(waiter.home.agent, TRACE_WAIT_LEFT, 0, 0, 0, waiter.order);
  sweep(waiter.home);
}

/** Waits that were given up must not pile up at a point that takes long: O(1) for each of them. */
function sweep(watch: Watch): void {
  if (++watch.cancelled * 2 < watch.heap.length) return;
  const kept = watch.heap.filter((waiter) => !waiter.isCancelled);
  watch.heap.length = 0;
  watch.cancelled = 0;
  for (const waiter of kept) push(watch.heap, waiter);
  if (kept.length === 0 && removeWaiter(watch.agent, watch)) watch.isWatching = false;
}

/** Puts a waiter where it has to wait next, or makes it ready. */
function advance(agent: Agent, waiter: FenceWaiter): void {
  if (waiter.isCancelled) return;
  const next = firstPending(agent, waiter.points, waiter.at);
  if (next < 0) {
    addReady(agent, { order: waiter.order, run: () => runWaiter(agent, waiter) });
    return;
  }
  waiter.at = next;
  // `next` is an index of `points`.
  const point = waiter.points[next] as Point;
  trace(agent, TRACE_WAIT, point.timeline, point.generation, point.seqno, waiter.order);
  const byTimeline = watchesOf(agent);
  const known = byTimeline[point.timeline];
  if (known?.isWatching && isSameTimeline(known.point, point)) {
    waiter.home = known;
    push(known.heap, waiter);
    return;
  }
  // One that still watches a timeline that was here before goes on until its last waiter is told.
  const watch = known === undefined || known.isWatching ? createWatch(agent, point) : known;
  byTimeline[point.timeline] = watch;
  watch.point = point;
  watch.cancelled = 0;
  watch.isWatching = true;
  waiter.home = watch;
  push(watch.heap, waiter);
  addWaiter(agent, watch);
}

function runWaiter(agent: Agent, waiter: FenceWaiter): void {
  if (waiter.isCancelled) return;
  waiter.isCancelled = true;
  waiter.run(agent);
}

function createWatch(agent: Agent, point: Point): Watch {
  const watch: Watch = {
    agent,
    cancelled: 0,
    point,
    isWatching: false,
    heap: [],
    order: nextWaiterOrder(),
    hint: hintOf(point.timeline),
    poll: () => pollWatch(agent, watch),
    run: () => {},
  };
  return watch;
}

/** Interest first, then the look: see timeline.ts. True once nobody waits here any more. */
function pollWatch(agent: Agent, watch: Watch): boolean {
  addInterest(agent, watch.point.timeline);
  for (;;) {
    const first = watch.heap[0];
    if (first === undefined) {
      watch.isWatching = false;
      return true;
    }
    // The point a waiter waits at is one of this timeline.
    const point = first.points[first.at] as Point;
    if (!first.isCancelled && pointStatus(agent, point) === PENDING) return false;
    pop(watch.heap);
    trace(agent, TRACE_WAIT_OVER, point.timeline, point.generation, point.seqno, first.order);
    first.home = undefined;
    advance(agent, first);
  }
}

function watchesOf(agent: Agent): (Watch | undefined)[] {
  let list = watches.get(agent);
  if (list === undefined) {
    list = [];
    watches.set(agent, list);
  }
  return list;
}

function seqnoOf(waiter: FenceWaiter): number {
  // `at` is always an index of `points`.
  return (waiter.points[waiter.at] as Point).seqno;
}

function isBefore(a: FenceWaiter, b: FenceWaiter): boolean {
  const difference = seqnoOf(a) - seqnoOf(b);
  return difference === 0 ? a.order < b.order : difference < 0;
}

// The indexes below stay within the heap: a parent is smaller than its child, a child is compared with the length.
function push(heap: FenceWaiter[], waiter: FenceWaiter): void {
  let index = heap.length;
  heap.push(waiter);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as FenceWaiter;
    if (!isBefore(waiter, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = waiter;
}

function pop(heap: FenceWaiter[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = index * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as FenceWaiter, heap[child] as FenceWaiter)) child++;
    const below = heap[child] as FenceWaiter;
    if (isBefore(last, below)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
