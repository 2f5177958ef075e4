/**
 * What those who wait tell the signaller of a timeline that asked for it: which points somebody waits for (so that work
 * begins, or is watched, only once somebody does), and by when.
 *
 * State: two 64-bit words of the slot. `wanted` is the highest point that anybody waits for, under 11 bits of the
 * generation; it only grows, until the slot is used anew. `deadline` is a moment and the low half of a point, taken by the
 * signaller; 0 is none.
 *
 * No wish is lost: whoever waits raises the word, then rings the signaller, then looks at the number and sleeps; the
 * signaller looks at both words whenever it is rung, and each look ends in a call if the word is above what was told
 * before. A waiter that finds the word high enough need not ring: whoever raised it did, or died before, and then the
 * repair rang everybody. A signaller that dies has its timeline closed, which ends all waits. No point is told twice: what
 * was told is a number of the signaller's own, that only grows.
 * The generation in the word keeps a late waiter of a former timeline in this slot from raising the word of the present one
 * (up to 2048 uses of the slot between two of its steps).
 *
 * A deadline is a hint: those that come before the signaller looks are put together, as the earliest moment for the last
 * point. Source: enable_signaling and set_deadline of dma_fence_ops. Not here: what the signaller does about it.
 */
import { TL_DEADLINE, TL_ROLES, TL_WANTED } from '../base/layout.ts';
import { casWide, exchangeWide, load, loadWide } from '../cells/cell.ts';
import { ring } from '../cells/doorbell.ts';
import type { Agent, Waiter } from '../cells/memory.ts';
import { addReady, addWaiter, nextWaiterOrder, removeWaiter } from '../cells/pump.ts';
import { reportUncaught } from '../cells/task.ts';
import { isLastOfItsTimeline, PENDING, type Point, type Points, pointStatus } from './points.ts';
import {
  completedOf,
  hintOf,
  noneWanted,
  signallerOfRoles,
  TELLS_DEADLINES,
  TELLS_WAITS,
  type TimelineWriter,
  timelineAt,
  wantedShift,
} from './timeline.ts';

/** What the signaller is told, from its event loop, outside every lock. */
export interface Hooks {
  /** Somebody waits for points up to `upTo`, which are not all signalled. */
  readonly onWanted: ((upTo: number) => void) | undefined;
  /** A point is needed by then, in milliseconds since 1970. */
  readonly onDeadline: ((atMs: number, seqno: number) => void) | undefined;
  /** When the space began, in milliseconds since 1970. */
  readonly originMs: number;
}

/** The signaller's end. */
export interface Wishes {
  readonly writer: TimelineWriter;
  readonly hooks: Hooks;
  readonly waiter: Waiter;
  /** Up to which point it has been told that somebody waits. */
  told: number;
  isOver: boolean;
}

/** Of the timelines that an agent signals. */
const served: WeakMap<Agent, Map<number, Wishes>> = new WeakMap();

/** Waiting for this point: tells its signaller, if it asked and does not know. Before the look at the point. */
export function wantPoint(agent: Agent, point: Point): void {
  if (point.timeline >= agent.layout.limits.timelines) return;
  const at = timelineAt(agent, point.timeline);
  const roles = load(agent.words, at + TL_ROLES);
  if ((roles & TELLS_WAITS) === 0) return;
  if (pointStatus(agent, point) !== PENDING || !raiseWanted(agent, at, point)) return;
  ring(agent, signallerOfRoles(roles), hintOf(point.timeline));
}

/** The same of all points of a set: whoever waits for the first waits for the others too. */
export function wantPoints(agent: Agent, points: Points): void {
  for (let index = 0; index < points.length; index++) {
    // An index below the length.
    if (isLastOfItsTimeline(points, index)) wantPoint(agent, points[index] as Point);
  }
}

function raiseWanted(agent: Agent, at: number, { generation, seqno }: Point): boolean {
  const none = noneWanted(generation);
  const mine = BigInt.asIntN(64, none | BigInt(seqno));
  for (;;) {
    const known = loadWide(agent.wide, (at + TL_WANTED) / 2);
    if (known >> wantedShift !== none >> wantedShift) return false;
    if (known >= mine) return false;
    if (casWide(agent.wide, (at + TL_WANTED) / 2, known, mine)) return true;
  }
}

/** Somebody needs this point by `due`, in milliseconds since the space began. Context: another agent signals it. */
export function hintPoint(agent: Agent, point: Point, due: number): void {
  const at = timelineAt(agent, point.timeline);
  const roles = load(agent.words, at + TL_ROLES);
  if ((roles & TELLS_DEADLINES) === 0) return;
  for (;;) {
    const completed = completedOf(agent, point.timeline);
    const known = loadWide(agent.wide, (at + TL_DEADLINE) / 2);
    const joined = joinDeadlines(known, point.seqno, due, completed);
    if (joined === known) return;
    if (casWide(agent.wide, (at + TL_DEADLINE) / 2, known, joined)) break;
  }
  ring(agent, signallerOfRoles(roles), hintOf(point.timeline));
}

/** The earlier moment for the later point; what is over does not count. */
function joinDeadlines(known: bigint, seqno: number, due: number, completed: number): bigint {
  const knownPoint = pointOfDeadline(known, completed);
  const isKept = known !== 0n && knownPoint > completed;
  const moment = isKept ? Math.min(dueOfDeadline(known), due) : due;
  const last = isKept ? Math.max(knownPoint, seqno) : seqno;
  return BigInt.asIntN(64, (BigInt(moment + 1) << 32n) | BigInt(last >>> 0));
}

function dueOfDeadline(word: bigint): number {
  return Number(BigInt.asUintN(32, word >> 32n)) - 1;
}

/** No point that is pending is further from the completed one than half of what its low word can tell. */
function pointOfDeadline(word: bigint, completed: number): number {
  return completed + ((Number(BigInt.asIntN(32, word)) - (completed | 0)) | 0);
}

/** The last moment that a deadline can tell, in milliseconds since the space began. */
export const dueMax: number = 2 ** 32 - 2;

/** Begins to serve a timeline of this agent. Context: it was made with TELLS_WAITS or TELLS_DEADLINES. */
export function serveWishes(agent: Agent, writer: TimelineWriter, hooks: Hooks): Wishes {
  const waiter: Waiter = {
    order: nextWaiterOrder(),
    hint: hintOf(writer.timeline),
    poll: () => {
      lookAtWishes(agent, wishes);
      return false;
    },
    run: () => {},
  };
  const wishes: Wishes = { writer, hooks, waiter, told: 0, isOver: false };
  let map = served.get(agent);
  if (map === undefined) {
    map = new Map();
    served.set(agent, map);
  }
  map.set(writer.timeline, wishes);
  addWaiter(agent, waiter);
  return wishes;
}

/** Nothing is told any more. Context: before the timeline is closed. */
export function stopWishes(agent: Agent, wishes: Wishes): void {
  wishes.isOver = true;
  served.get(agent)?.delete(wishes.writer.timeline);
  removeWaiter(agent, wishes.waiter);
}

/** What this agent serves itself, of a point; undefined if another does, or nobody. */
export function ownWishes(agent: Agent, { timeline, generation }: Point): Wishes | undefined {
  const wishes = served.get(agent)?.get(timeline);
  return wishes?.writer.generation === generation ? wishes : undefined;
}

/**
 * This very agent is about to wait: what it signals itself is told at once, because it may not come back to its loop before.
 * Context: no lock held; hooks run inside.
 */
export function wantOwn(agent: Agent, points: Points): void {
  const map = served.get(agent);
  if (map === undefined || map.size === 0) return;
  for (let index = 0; index < points.length; index++) {
    if (!isLastOfItsTimeline(points, index)) continue;
    // An index below the length.
    const point = points[index] as Point;
    const wishes = ownWishes(agent, point);
    if (wishes === undefined) continue;
    wantPoint(agent, point);
    try {
      tellWanted(agent, wishes);
    } catch (error) {
      // As from the loop: whoever waits is not who is told.
      reportUncaught(error);
    }
  }
}

/** A look of the pump, from which nothing foreign is called. */
function lookAtWishes(agent: Agent, wishes: Wishes): void {
  const { writer, hooks } = wishes;
  // After leaving, the slot may be another's.
  if (agent.pump.isClosed) return;
  if (hooks.onWanted !== undefined && wantedOf(agent, writer) > wishes.told) {
    addReady(agent, { order: nextWaiterOrder(), run: () => tellWanted(agent, wishes) });
  }
  if (hooks.onDeadline !== undefined) takeDeadline(agent, wishes);
}

function tellWanted(agent: Agent, wishes: Wishes): void {
  const { writer, hooks } = wishes;
  if (wishes.isOver || hooks.onWanted === undefined) return;
  const upTo = wantedOf(agent, writer);
  if (upTo <= wishes.told) return;
  wishes.told = upTo;
  if (upTo > writer.completed) hooks.onWanted(upTo);
}

function wantedOf(agent: Agent, { timeline }: TimelineWriter): number {
  const word = loadWide(agent.wide, (timelineAt(agent, timeline) + TL_WANTED) / 2);
  return Number(BigInt.asUintN(Number(wantedShift), word));
}

function takeDeadline(agent: Agent, wishes: Wishes): void {
  const { writer, hooks } = wishes;
  const at = timelineAt(agent, writer.timeline);
  if (loadWide(agent.wide, (at + TL_DEADLINE) / 2) === 0n) return;
  const word = exchangeWide(agent.wide, (at + TL_DEADLINE) / 2, 0n);
  const seqno = pointOfDeadline(word, writer.completed);
  const due = dueOfDeadline(word);
  const run = (): void => {
    // It may be one of a timeline that was in this slot before, or be over by now.
    if (!wishes.isOver && seqno > writer.completed && seqno <= writer.issued)
      hooks.onDeadline?.(hooks.originMs + due, seqno);
  };
  if (word !== 0n) addReady(agent, { order: nextWaiterOrder(), run });
}
