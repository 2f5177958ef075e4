/** Timelines under the shells: points in order, errors that are never lost into success, closing, and slots used again. */
import type { Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { codeNumber } from '#fenceline/base/errors.js';
import { recordsPerTimeline, TL_EPOCH, TL_ISSUED_EPOCH, TL_ISSUED_LO, TL_LO } from '#fenceline/base/layout.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  DONE,
  firstPending,
  mergePoints,
  PENDING,
  type Point,
  pointStatus,
  pointsStatus,
} from '#fenceline/fence/points.js';
import { writeSeqno } from '#fenceline/fence/seqno.js';
import {
  closeTimeline,
  completedOf,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  issuedOf,
  issueUpTo,
  signal,
  signalError,
  type TimelineWriter,
  timelineAt,
} from '#fenceline/fence/timeline.js';
import { cancelWatch, watchPoints } from '#fenceline/fence/watch.js';
import { coreOf } from '#fenceline/space.js';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';

const [kernel, canceled, dead, unknown] = (['EKERNEL', 'ECANCELED', 'EOWNERDEAD', 'EUNKNOWN'] as const).map(
  (code) => -codeNumber(code),
) as [number, number, number, number];

function withTimeline(
  body: (agent: Agent, writer: TimelineWriter, space: Space) => void | Promise<void>,
): Promise<void> {
  return withSpace({}, async (space) => {
    const { agent } = coreOf(space);
    const writer = createTimeline(agent);
    await body(agent, writer, space);
    closeTimeline(agent, writer.timeline, writer.generation, codeNumber('ECANCELED'));
    dropTimeline(agent, writer.timeline, agent.index);
  });
}

function pointOf(writer: TimelineWriter, seqno: number): Point {
  return { timeline: writer.timeline, generation: writer.generation, seqno };
}

/** As if so many points had been issued and signalled. */
function startAt(agent: Agent, writer: TimelineWriter, seqno: number): void {
  const at = timelineAt(agent, writer.timeline);
  const epoch = Math.floor(seqno / 2 ** 30);
  for (const [lo, high] of [
    [TL_LO, TL_EPOCH],
    [TL_ISSUED_LO, TL_ISSUED_EPOCH],
  ] as const) {
    agent.words[at + high] = epoch;
    writeSeqno(agent.words, at + lo, at + high, epoch, seqno);
  }
  Object.assign(writer, { issued: seqno, completed: seqno, epoch });
}

describe('points', () => {
  test('are pending until signalled, and done for ever after; signalling one signals all before it', () =>
    withTimeline((agent, writer) => {
      for (let count = 0; count < 5; count++) issue(agent, writer);
      expect(issuedOf(agent, writer.timeline)).toBe(5);
      signal(agent, writer, 3);
      const statuses = [1, 2, 3, 4, 5].map((seqno) => pointStatus(agent, pointOf(writer, seqno)));
      expect(statuses).toEqual([DONE, DONE, DONE, PENDING, PENDING]);
      signal(agent, writer, 5);
      expect(completedOf(agent, writer.timeline)).toBe(5);
    }));

  test('forbids to go backwards, to signal twice, and to signal what was never issued', () =>
    withTimeline((agent, writer) => {
      for (let count = 0; count < 3; count++) issue(agent, writer);
      signal(agent, writer, 2);
      for (const seqno of [0, 1, 2, 4, Number.NaN, 2.5e15]) {
        expect(() => signal(agent, writer, seqno)).toThrow(/completed 2 and issued 3/);
        expect(() => signalError(agent, writer, seqno, 5)).toThrow(/completed 2 and issued 3/);
      }
      expect(pointStatus(agent, pointOf(writer, 3))).toBe(PENDING);
    }));

  test.each([2 ** 30, 2 ** 31, 2 ** 32, 2 ** 40])('stay right across %d', (boundary) =>
    withTimeline((agent, writer) => {
      startAt(agent, writer, boundary - 3);
      for (let seqno = boundary - 2; seqno < boundary + 3; seqno++) {
        expect(issue(agent, writer)).toBe(seqno);
        expect(pointStatus(agent, pointOf(writer, seqno))).toBe(PENDING);
        if (seqno === boundary) signalError(agent, writer, seqno, -kernel);
        else signal(agent, writer, seqno);
        expect(pointStatus(agent, pointOf(writer, seqno))).toBe(seqno === boundary ? kernel : DONE);
        expect(pointStatus(agent, pointOf(writer, seqno + 1))).toBe(PENDING);
      }
      expect(pointStatus(agent, pointOf(writer, boundary))).toBe(kernel);
      expect(pointStatus(agent, pointOf(writer, boundary - 1))).toBe(DONE);
    }),
  );
});

describe('errors', () => {
  test('belong to one point, and those before and after it are done', () =>
    withTimeline((agent, writer) => {
      for (let count = 0; count < 4; count++) issue(agent, writer);
      signalError(agent, writer, 2, -kernel);
      signal(agent, writer, 4);
      expect([1, 2, 3, 4].map((seqno) => pointStatus(agent, pointOf(writer, seqno)))).toEqual([
        DONE,
        kernel,
        DONE,
        DONE,
      ]);
    }));

  test('that are too many become unknown, never success', () =>
    withTimeline((agent, writer) => {
      const count = recordsPerTimeline * 3;
      for (let seqno = 1; seqno <= count * 2; seqno++) {
        issue(agent, writer);
        if (seqno % 2 === 0) signalError(agent, writer, seqno, -kernel);
        else signal(agent, writer, seqno);
      }
      for (let seqno = 2; seqno <= count * 2; seqno += 2) {
        const isKept = seqno > (count - recordsPerTimeline) * 2;
        expect(pointStatus(agent, pointOf(writer, seqno))).toBe(isKept ? kernel : unknown);
      }
      // An old success may become unknown; it may not be invented, and the latest is known.
      expect([DONE, unknown]).toContain(pointStatus(agent, pointOf(writer, 1)));
      expect(pointStatus(agent, pointOf(writer, count * 2 - 1))).toBe(DONE);
    }));

  test('of closing are those of every point that was not signalled', () =>
    withTimeline((agent, writer) => {
      for (let count = 0; count < 3; count++) issue(agent, writer);
      signal(agent, writer, 1);
      closeTimeline(agent, writer.timeline, writer.generation, -dead);
      closeTimeline(agent, writer.timeline, writer.generation, -canceled);
      expect([1, 2, 3, 9].map((seqno) => pointStatus(agent, pointOf(writer, seqno)))).toEqual([DONE, dead, dead, dead]);
    }));
});

describe('sets of points', () => {
  test('are pending while any is, then failed as the first that failed, else done', () =>
    withTimeline((agent, writer, space) => {
      const other = createTimeline(coreOf(space).agent);
      for (const one of [writer, other]) for (let count = 0; count < 2; count++) issue(agent, one);
      const set = [pointOf(writer, 2), pointOf(other, 1)];
      expect([pointsStatus(agent, set), pointsStatus(agent, [])]).toEqual([PENDING, DONE]);
      signalError(agent, other, 1, -kernel);
      expect(pointsStatus(agent, set)).toBe(PENDING);
      expect(firstPending(agent, set, 0)).toBe(0);
      signal(agent, writer, 2);
      expect(pointsStatus(agent, set)).toBe(kernel);
      expect(firstPending(agent, set, 0)).toBe(-1);
      closeTimeline(agent, other.timeline, other.generation, 1);
      dropTimeline(agent, other.timeline, agent.index);
    }));

  test('merge to the last of each timeline, and what may say otherwise below it: failures, and 64 pending ones', () =>
    withTimeline((agent, writer) => {
      issueUpTo(agent, writer, 200);
      signalError(agent, writer, 2, -kernel);
      signal(agent, writer, 100);
      const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
      const merged = mergePoints(
        agent,
        [numbers.filter((one) => one % 2 === 0), numbers].map((set) => set.map((one) => pointOf(writer, one))),
      );
      expect(merged.map(({ seqno }) => seqno)).toEqual([2, ...numbers.slice(-65)]);
      expect(mergePoints(agent, [merged, merged.slice(3)])).toEqual(merged);
      signal(agent, writer, 200);
      expect(mergePoints(agent, [merged]).map(({ seqno }) => seqno)).toEqual([2, 200]);
      expect(pointsStatus(agent, merged)).toBe(kernel);
    }));
});

describe('slots', () => {
  test('a timeline that was freed is unknown to its points, and its slot is another one', () =>
    withSpace({ limits: { timelines: 1 } }, async (space) => {
      const { agent } = coreOf(space);
      const first = createTimeline(agent);
      issue(agent, first);
      signal(agent, first, 1);
      expect(() => createTimeline(agent)).toThrow(/timelines \(1\)/);
      closeTimeline(agent, first.timeline, first.generation, 1);
      dropTimeline(agent, first.timeline, agent.index);
      expect(pointStatus(agent, pointOf(first, 1))).toBe(unknown);
      expect(holdTimeline(agent, first.timeline, first.generation)).toBe(false);
      const second = createTimeline(agent);
      expect([second.timeline, second.generation]).toEqual([first.timeline, first.generation + 1]);
      expect(pointStatus(agent, pointOf(first, 1))).toBe(unknown);
      expect(pointStatus(agent, pointOf(second, 1))).toBe(PENDING);
      closeTimeline(agent, second.timeline, second.generation, 1);
      dropTimeline(agent, second.timeline, agent.index);
    }));

  test('a hold keeps a closed timeline, and what became of its points', () =>
    withTimeline((agent, writer, space) => {
      issue(agent, writer);
      signalError(agent, writer, 1, -kernel);
      expect(holdTimeline(agent, writer.timeline, writer.generation)).toBe(true);
      closeTimeline(agent, writer.timeline, writer.generation, 1);
      expect(pointStatus(agent, pointOf(writer, 1))).toBe(kernel);
      expect(accounting(space).timelines).toBe(1);
    }));
});

describe('watching', () => {
  test('runs once each, in order of registration, whatever the order of the points', () =>
    withTimeline(async (agent, writer) => {
      const runs: number[] = [];
      for (let count = 0; count < 8; count++) issue(agent, writer);
      const order = [5, 1, 8, 3, 3, 7, 2];
      for (const [index, seqno] of order.entries())
        watchPoints(agent, [pointOf(writer, seqno)], () => runs.push(index));
      cancelWatch(watchPoints(agent, [pointOf(writer, 4)], () => runs.push(-1)));
      signal(agent, writer, 3);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(runs).toEqual([1, 3, 4, 6]);
      signal(agent, writer, 8);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(runs).toEqual([1, 3, 4, 6, 0, 2, 5]);
    }));
});
