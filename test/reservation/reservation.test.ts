/** Reservations against a model: which points stand in whose way, through compaction and up to the limit. */
import { describe, expect, test } from 'vitest';
import { codeNumber } from '#fenceline/base/errors.js';
import { pointsPerReservation } from '#fenceline/base/limits.js';
import { reservationOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  issue,
  signal,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import {
  addPointLocked,
  pendingPoints,
  reserveLocked,
  USAGE_BOOKKEEP,
  USAGE_MOVE,
  USAGE_READ,
  USAGE_WRITE,
  usageBefore,
} from '#fenceline/reservation/reservation.js';
import { coreOf } from '#fenceline/space.js';
import { randomOf } from '../pool/kills.ts';
import { withSpace } from '../space/with-space.ts';

function withReservation(body: (agent: Agent, at: number, timeline: () => TimelineWriter) => void): Promise<void> {
  return withSpace({ limits: { timelines: 128 } }, async (space) => {
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

/** The next point of a timeline, added with a usage. */
function add(agent: Agent, at: number, writer: TimelineWriter, usage: number): number {
  const seqno = issue(agent, writer);
  expect(reserveLocked(agent, at, 1)).toBe(true);
  addPointLocked(agent, at, { timeline: writer.timeline, generation: writer.generation, seqno }, usage);
  return seqno;
}

describe('usages', () => {
  test('a reader waits for writers and moves, a writer for readers too, and nobody for bookkeeping', () =>
    withReservation((agent, at, timeline) => {
      const usages = [USAGE_MOVE, USAGE_WRITE, USAGE_READ, USAGE_BOOKKEEP];
      for (const usage of usages) add(agent, at, timeline(), usage);
      const found = (isWrite: boolean): number[] =>
        pendingPoints(agent, at, usageBefore(isWrite)).map(({ usage }) => usage);
      expect(found(false)).toEqual([USAGE_MOVE, USAGE_WRITE]);
      expect(found(true)).toEqual([USAGE_MOVE, USAGE_WRITE, USAGE_READ]);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(4);
    }));
});

describe('room', () => {
  test('permits 64 pending points and forbids one more, until one is over', () =>
    withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: pointsPerReservation }, timeline);
      for (const writer of writers) add(agent, at, writer, USAGE_READ);
      expect(reserveLocked(agent, at, 1)).toBe(false);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(64);
      signal(agent, writers[7] as TimelineWriter, 1);
      expect(reserveLocked(agent, at, 1)).toBe(true);
      expect(reserveLocked(agent, at, 2)).toBe(false);
      expect(pendingPoints(agent, at, USAGE_BOOKKEEP)).toHaveLength(63);
    }));

  test('random points are found exactly as long as they are pending', () => {
    const seed = Date.now() % 1_000_000;
    const random = randomOf(seed);
    return withReservation((agent, at, timeline) => {
      const writers = Array.from({ length: 12 }, timeline);
      const model: { timeline: number; seqno: number; usage: number }[] = [];
      for (let step = 0; step < 3000; step++) {
        const writer = writers[random(12)] as TimelineWriter;
        if (random(3) > 0 && writer.issued > writer.completed) {
          signal(agent, writer, writer.completed + 1 + random(writer.issued - writer.completed));
        } else if (model.length < 60) {
          const usage = random(4);
          model.push({ timeline: writer.timeline, seqno: add(agent, at, writer, usage), usage });
        }
        const completed = new Map(writers.map((one) => [one.timeline, one.completed]));
        const pending = model.filter(({ timeline: of, seqno }) => seqno > (completed.get(of) ?? 0));
        model.splice(0, model.length, ...pending);
        if (step % 7 > 0) continue;
        const most = random(4);
        const found = pendingPoints(agent, at, most).map(({ timeline: of, seqno, usage }) => `${of}.${seqno}.${usage}`);
        const expected = pending.filter(({ usage }) => usage <= most);
        expect(found.sort(), `seed ${seed}, step ${step}`).toEqual(
          expected.map(({ timeline: of, seqno, usage }) => `${of}.${seqno}.${usage}`).sort(),
        );
      }
    });
  });
});
