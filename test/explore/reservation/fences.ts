/** A reservation over two timelines: one owed by nobody in a hurry, one whose points are signalled as the scenario goes. */
import assert from 'node:assert/strict';
import { B_RESERVATION } from '#fenceline/base/layout.js';
import { pointsPerReservation } from '#fenceline/base/limits.js';
import type { Agent } from '#fenceline/cells/memory.js';
import type { Point } from '#fenceline/fence/points.js';
import { createTimeline, holdTimeline, issue, signal, type TimelineWriter } from '#fenceline/fence/timeline.js';
import {
  addPointLocked,
  clearReservation,
  pendingPoints,
  reserveLocked,
  USAGE_BOOKKEEP,
  USAGE_MOVE,
  USAGE_READ,
  USAGE_WRITE,
} from '#fenceline/reservation/reservation.js';
import { idOf } from '../fence/lines.ts';
import { agentIn, newWorld, type World, type WorldSize } from '../world.ts';

export interface ReservationWorld extends World {
  readonly at: number;
  /** Stays pending: a reader's fence that is in the list from the start. */
  readonly slow: Point;
  readonly writer: TimelineWriter;
  /** Points of the writer, in order. */
  readonly points: readonly Point[];
}

export const usages: readonly number[] = [USAGE_WRITE, USAGE_READ, USAGE_BOOKKEEP, USAGE_MOVE];

/** Numbers of the writer's points begin above 2^32. */
export const base: number = 2 ** 32 + 2 ** 30;

/**
 * Agent 0 writes the list. The slow timeline is owned by the last agent. Both banks are full of what was there before:
 * points with numbers that nobody has issued on the writer's timeline, all over.
 */
export function newReservation(size: WorldSize, pointCount: number): ReservationWorld {
  const world = newWorld({ timelines: 3, ...size });
  const owner = agentIn(world, world.agents.length - 1);
  const agent = agentIn(world, 0);
  const at = world.layout.buffers + B_RESERVATION;
  clearReservation(agent, at);
  const slowWriter = createTimeline(owner);
  add(agent, at, { ...idOf(slowWriter), seqno: issue(owner, slowWriter) }, USAGE_READ);
  const past = createTimeline(owner);
  past.issued = 2 * base;
  for (let entry = 2; entry < pointsPerReservation; entry++) {
    addPointLocked(agent, at, { ...idOf(past), seqno: 2 * base }, USAGE_WRITE);
  }
  // A full list is compacted: once with all of it pending, then with all of it over.
  reserveLocked(agent, at, pointsPerReservation - 1);
  signal(owner, past, 2 * base);
  reserveLocked(agent, at, pointsPerReservation - 1);
  const writer = createTimeline(agent);
  assert(holdTimeline(owner, writer.timeline, writer.generation), 'Whoever adds to a reservation keeps the timeline.');
  writer.issued = base;
  signal(agent, writer, base);
  const points: Point[] = [];
  for (let count = 0; count < pointCount; count++) points.push({ ...idOf(writer), seqno: issue(agent, writer) });
  return { ...world, at, slow: { ...idOf(slowWriter), seqno: 1 }, writer, points };
}

/** As a transaction does: room first, then the point. */
export function add(agent: Agent, at: number, point: Point, usage: number): void {
  assert(reserveLocked(agent, at, 1), 'There is room.');
  addPointLocked(agent, at, point, usage);
}

/** Collects without the lock. Outcomes: numbers of the writer's points found, in order. */
export function collect(world: ReservationWorld, usage: number): readonly number[] {
  const found: number[] = [];
  let slowOnes = 0;
  for (const point of pendingPoints(world.memory, world.at, usage)) {
    assert(point.usage <= usage, `A point of usage ${point.usage} was asked for with ${usage}.`);
    if (point.timeline === world.slow.timeline && point.generation === world.slow.generation) {
      assert(point.seqno === world.slow.seqno && point.usage === USAGE_READ, 'The slow point is as it was added.');
      slowOnes++;
      continue;
    }
    const known = world.points[point.seqno - base - 1];
    assert(known !== undefined && known.timeline === point.timeline, `Point ${point.seqno} was added by somebody.`);
    assert.equal(
      point.usage,
      usages[(point.seqno - base - 1) % usages.length],
      `Point ${point.seqno} has its own usage.`,
    );
    found.push(point.seqno - base);
  }
  assert.equal(slowOnes, usage >= USAGE_READ ? 1 : 0, 'What is pending all the time is found, exactly once.');
  assert.equal(new Set(found).size, found.length, 'No point is found twice.');
  return found;
}
