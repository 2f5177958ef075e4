/** Foreign points against a plain model of Linux's rule, as recorded kernels show it; and the room of a list. */
import { describe, expect, test } from 'vitest';
import { codeNumber } from '#fenceline/base/errors.js';
import { pointsPerReservation } from '#fenceline/base/limits.js';
import { reservationOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import type { Point } from '#fenceline/fence/points.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  issue,
  signal,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import {
  addPointLocked,
  clearReservation,
  listedPoints,
  pendingPoints,
  reserveLocked,
  USAGE_BOOKKEEP,
  USAGE_READ,
  USAGE_WRITE,
} from '#fenceline/reservation/reservation.js';
import { coreOf } from '#fenceline/space.js';
import { randomOf } from '../pool/kills.ts';
import { withSpace } from '../space/with-space.ts';

function withReservation(body: (agent: Agent, at: number, timeline: () => TimelineWriter) => void): Promise<void> {
  return withSpace({ limits: { timelines: 256 } }, async (space) => {
    const { agent } = coreOf(space);
    using buffer = space.buffer('u8', [1]);
    const made: TimelineWriter[] = [];
    body(agent, reservationOf(agent, buffer.id % 2 ** 20), () => {
      const writer = createTimeline(agent);
      made.push(writer);
      return writer;
    });
    for (const { timeline, generation } of made) {
      closeTimeline(agent, timeline, generation, codeNumber('ECANCELED'));
      dropTimeline(agent, timeline, agent.index);
    }
  });
}

function pointOf(writer: TimelineWriter, seqno: number): Point {
  return { timeline: writer.timeline, generation: writer.generation, seqno };
}

function textOf(agent: Agent, at: number): string {
  return listedPoints(agent, at)
    .map(({ timeline, seqno, usage }) => `${timeline}.${seqno}.${usage}`)
    .join(' ');
}

interface Listed {
  readonly timeline: number;
  readonly seqno: number;
  readonly usage: number;
}

/** dma_resv of Linux 6.12, of which a list of 8-byte entries behind 24 bytes is allocated. */
class LinuxReservation {
  list: Listed[] = [];
  #max = 0;

  add(points: readonly Listed[], isOver: (point: Listed) => boolean): void {
    if (this.list.length + points.length > this.#max) {
      const least = this.#max === 0 ? Math.max(4, 2 ** Math.ceil(Math.log2(points.length))) : this.#max * 2;
      const asked = 24 + 8 * Math.max(least, this.list.length + points.length);
      const given = [64, 96, 128, 192, 256, 512, 1024].find((size) => size >= asked) ?? asked;
      this.#max = (given - 24) / 8;
      this.list = this.list.filter((one) => !isOver(one));
    }
    for (const point of points) {
      const index = this.list.findIndex(
        (old) =>
          (old.timeline === point.timeline && old.usage >= point.usage && point.seqno >= old.seqno) || isOver(old),
      );
      if (index < 0) this.list.push(point);
      else this.list[index] = point;
    }
  }
}

/** Adds and signals until the list is nearly as long as ours may be. Outcomes: how long it was. */
function addAtRandom(
  agent: Agent,
  at: number,
  writers: readonly TimelineWriter[],
  random: (below: number) => number,
  where: string,
): number {
  const linux = new LinuxReservation();
  const completed = new Map<number, number>(writers.map((writer) => [writer.timeline, writer.completed]));
  const anyOf = (): TimelineWriter => writers[random(writers.length)] as TimelineWriter;
  for (let step = 0; step < 200; step++) {
    const writer = anyOf();
    if (random(3) === 0 && writer.issued > writer.completed) {
      signal(agent, writer, writer.completed + 1 + random(writer.issued - writer.completed));
      completed.set(writer.timeline, writer.completed);
      continue;
    }
    const usage = random(4);
    const points: Point[] = [];
    for (let count = 1 + random(random(5) === 0 ? 8 : 2); count > 0; count--) {
      const from = anyOf();
      // Also points that were issued before, over or not.
      if (from.issued === 0 || random(3) > 0) issue(agent, from);
      points.push(pointOf(from, from.issued - random(Math.min(3, from.issued))));
    }
    if (linux.list.length + points.length > 60) break;
    linux.add(
      points.map((point) => ({ timeline: point.timeline, seqno: point.seqno, usage })),
      (point) => point.seqno <= (completed.get(point.timeline) ?? 0),
    );
    expect(addForeignLocked(agent, at, points, usage)).toBe(true);
    const expected = linux.list.map((point) => `${point.timeline}.${point.seqno}.${point.usage}`).join(' ');
    expect(textOf(agent, at), `${where}, step ${step}`).toBe(expected);
  }
  return linux.list.length;
}

describe('foreign points', () => {
  test('are listed as by Linux, whatever is added and signalled', () => {
    const seed = Date.now() % 1_000_000;
    const random = randomOf(seed);
    let longest = 0;
    return withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: 24 }, timeline);
      for (let round = 0; round < 60; round++) {
        clearReservation(agent, at);
        longest = Math.max(longest, addAtRandom(agent, at, writers, random, `seed ${seed}, round ${round}`));
      }
    }).then(() => expect(longest, `seed ${seed}`).toBeGreaterThan(40));
  });

  test('permits 64 pending points and forbids one more, with nothing changed', () =>
    withReservation((agent, at, timeline) => {
      const points = Array.from({ length: pointsPerReservation + 1 }, timeline).map((writer) =>
        pointOf(writer, issue(agent, writer)),
      );
      expect(addForeignLocked(agent, at, points, USAGE_READ)).toBe(false);
      expect(listedPoints(agent, at)).toEqual([]);
      expect(addForeignLocked(agent, at, points.slice(1), USAGE_READ)).toBe(true);
      const before = textOf(agent, at);
      expect(addForeignLocked(agent, at, points.slice(0, 1), USAGE_READ)).toBe(false);
      expect(textOf(agent, at)).toBe(before);
      expect(addForeignLocked(agent, at, points.slice(1, 2), USAGE_WRITE), 'A stronger use takes its place.').toBe(
        true,
      );
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(64);
    }));

  test('that are over make room when the list has all its places', () =>
    withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: pointsPerReservation + 2 }, timeline);
      const points = writers.map((writer) => pointOf(writer, issue(agent, writer)));
      expect(addForeignLocked(agent, at, points.slice(0, 64), USAGE_READ)).toBe(true);
      signal(agent, writers[5] as TimelineWriter, 1);
      expect(addForeignLocked(agent, at, points.slice(64), USAGE_READ)).toBe(false);
      signal(agent, writers[9] as TimelineWriter, 1);
      expect(addForeignLocked(agent, at, points.slice(64), USAGE_READ)).toBe(true);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(64);
    }));

  test('that are over when they are added take no place that a pending one needs', () =>
    withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: pointsPerReservation + 6 }, timeline);
      const points = writers.map((writer) => pointOf(writer, issue(agent, writer)));
      for (const writer of writers.slice(0, 12)) signal(agent, writer, 1);
      expect(addForeignLocked(agent, at, points, USAGE_READ)).toBe(true);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(58);
    }));

  test('and those of jobs share a list: what is pending stays', () =>
    withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: 20 }, timeline);
      const foreign = writers.slice(0, 6).map((writer) => pointOf(writer, issue(agent, writer)));
      expect(addForeignLocked(agent, at, foreign, USAGE_READ)).toBe(true);
      for (const writer of writers.slice(6)) {
        expect(reserveLocked(agent, at, 1)).toBe(true);
        addPointLocked(agent, at, pointOf(writer, issue(agent, writer)), USAGE_WRITE);
      }
      for (const writer of writers.slice(3, 12)) signal(agent, writer, 1);
      const late = pointOf(writers[0] as TimelineWriter, issue(agent, writers[0] as TimelineWriter));
      expect(addForeignLocked(agent, at, [late], USAGE_WRITE)).toBe(true);
      const pending = writers.filter((writer) => writer.completed === 0).map(({ timeline: slot }) => slot);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP).map((point) => point.timeline)).toEqual(pending);
    }));

  test('what was over from the start is listed, and waited for by nobody', () =>
    withReservation((agent, at, timeline) => {
      const writer = timeline();
      const stub = { timeline: -1, generation: 0, seqno: 0 };
      expect(addForeignLocked(agent, at, [pointOf(writer, issue(agent, writer)), stub], USAGE_WRITE)).toBe(true);
      expect(textOf(agent, at)).toBe(`${writer.timeline}.1.1 -1.0.1`);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(1);
      expect(addForeignLocked(agent, at, [pointOf(writer, issue(agent, writer))], USAGE_READ)).toBe(true);
      expect(textOf(agent, at), 'The next one takes its place.').toBe(`${writer.timeline}.1.1 ${writer.timeline}.2.2`);
    }));
});
