/** A reservation over two timelines: one owed by nobody in a hurry, one whose points are signalled as the scenario goes. */
import assert from 'node:assert/strict';
import { B_RESERVATION } from '#fenceline/base/layout.js';
import type { Point } from '#fenceline/fence/points.js';
import { createTimeline, holdTimeline, issue, type TimelineWriter } from '#fenceline/fence/timeline.js';
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
import { agentIn, newWorld, type World, type WorldSize } from '../world.ts';

export interface ReservationWorld extends World {
  readonly at: number;
  /** Stays pending: a reader's fence that is in the list from the start. */
  readonly slow: Point;
  readonly writer: TimelineWriter;
  /** Points of the writer, from 1, with their usages. */
  readonly points: readonly Point[];
}

export const usages: readonly number[] = [USAGE_WRITE, USAGE_READ, USAGE_BOOKKEEP, USAGE_MOVE];

/** Agent 0 writes the list. The slow timeline is owned by the last agent. */
export function newReservation(size: WorldSize, pointCount: number): ReservationWorld {
  const world = newWorld(size);
  const owner = agentIn(world, world.agents.length - 1);
  const agent = agentIn(world, 0);
  const at = world.layout.buffers + B_RESERVATION;
  clearReservation(agent, at);
  const slowWriter = createTimeline(owner);
  const slow = { timeline: slowWriter.timeline, generation: slowWriter.generation, seqno: issue(owner, slowWriter) };
  add(agent, at, slow, USAGE_READ);
  const writer = createTimeline(agent);
  assert(holdTimeline(owner, writer.timeline, writer.generation), 'Whoever adds to a reservation keeps the timeline.');
  const points: Point[] = [];
  for (let count = 0; count < pointCount; count++) {
    points.push({ timeline: writer.timeline, generation: writer.generation, seqno: issue(agent, writer) });
  }
  return { ...world, at, slow, writer, points };
}

/** As a transaction does: room first, then the point. */
export function add(agent: Parameters<typeof reserveLocked>[0], at: number, point: Point, usage: number): void {
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
    const known = world.points[point.seqno - 1];
    assert(known !== undefined && known.timeline === point.timeline, `Point ${point.seqno} was added by somebody.`);
    assert.equal(point.usage, usages[(point.seqno - 1) % usages.length], `Point ${point.seqno} has its own usage.`);
    found.push(point.seqno);
  }
  assert.equal(slowOnes, usage >= USAGE_READ ? 1 : 0, 'What is pending all the time is found, exactly once.');
  assert.equal(new Set(found).size, found.length, 'No point is found twice.');
  return found;
}
