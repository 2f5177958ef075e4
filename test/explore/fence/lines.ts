/** Timelines for scenarios: one owner, and others who hold, wait and look. */
import assert from 'node:assert/strict';
import { codeNumber } from '#fenceline/base/errors.js';
import { TL_STATE } from '#fenceline/base/layout.js';
import { FREE, generationOf, stateOf } from '#fenceline/cells/slot.js';
import { DONE, PENDING, type Point, pointStatus } from '#fenceline/fence/points.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  type TimelineWriter,
  timelineAt,
} from '#fenceline/fence/timeline.js';
import { agentIn, newWorld, type World, type WorldSize } from '../world.ts';

export interface LineWorld extends World {
  readonly writer: TimelineWriter;
  /** Points that were issued before the agents began, from 1. */
  readonly points: readonly Point[];
}

/** What a point fails with in these scenarios, by signal and by close. */
export const signalled: number = codeNumber('EKERNEL');
export const closed: number = codeNumber('ECANCELED');
export const ownerDied: number = codeNumber('EOWNERDEAD');
export const unknown: number = codeNumber('EUNKNOWN');

/** Agent 0 owns a timeline with so many points issued; `holders` hold it too; its slot had so many uses before. */
export function newLine(
  size: WorldSize,
  pointCount: number,
  holders: readonly number[],
  { uses = 0, wishes = 0 } = {},
): LineWorld {
  const world = newWorld(size);
  const owner = agentIn(world, 0);
  for (let use = 0; use < uses; use++) {
    const { timeline, generation } = createTimeline(owner);
    closeTimeline(owner, timeline, generation, closed);
    dropTimeline(owner, timeline, 0);
  }
  const writer = createTimeline(owner, wishes);
  const points: Point[] = [];
  for (let count = 0; count < pointCount; count++) points.push({ ...idOf(writer), seqno: issue(owner, writer) });
  for (const holder of holders) holdTimeline(agentIn(world, holder), writer.timeline, writer.generation);
  return { ...world, writer, points };
}

export function idOf(writer: TimelineWriter): { readonly timeline: number; readonly generation: number } {
  return { timeline: writer.timeline, generation: writer.generation };
}

export function pointOf(world: LineWorld, number: number): Point {
  const point = world.points[number - 1];
  assert(point);
  return point;
}

/** A status as people write it. */
export function nameOf(status: number): string {
  if (status === PENDING) return 'pending';
  if (status === DONE) return 'done';
  const names: Record<number, string> = {
    [signalled]: 'failed',
    [closed]: 'closed',
    [ownerDied]: 'owner died',
    [unknown]: 'unknown',
  };
  return names[-status] ?? `error ${-status}`;
}

/** Looks at a point several times. Outcomes: what it was, in order, each change once. */
export function watchStatus(world: LineWorld, point: Point, looks: number): readonly string[] {
  const seen: string[] = [];
  for (let look = 0; look < looks; look++) {
    const status = nameOf(pointStatus(world.memory, point));
    if (status !== seen.at(-1)) seen.push(status);
  }
  return seen;
}

/** A status changes once at most, from pending, unless nobody holds the timeline: then it may become unknown. */
export function assertOneWay(seen: readonly string[], allowed: readonly string[], isHeld: boolean): void {
  for (const one of seen) assert(allowed.includes(one), `A point is ${one}; it may be ${allowed.join(', ')}.`);
  const final = seen.filter((one) => one !== 'pending');
  assert(
    final.length <= 1 || (!isHeld && final.length === 2 && final[1] === 'unknown'),
    `A point was ${seen.join(', ')}.`,
  );
  assert(final.length === 0 || seen.lastIndexOf('pending') <= 0, `A point was ${seen.join(', ')}.`);
}

/** Whether a timeline's slot is free, and of which generation. */
export function slotOf(world: World, timeline: number): { readonly isFree: boolean; readonly generation: number } {
  const word = world.memory.words[timelineAt(world.memory, timeline) + TL_STATE] ?? 0;
  return { isFree: stateOf(word) === FREE, generation: generationOf(word) };
}
