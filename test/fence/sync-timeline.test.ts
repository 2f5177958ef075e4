/** Timelines as users see them: points by number, errors by errno, time stamps as far as their ring goes. */
import { FencelineError, type Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { recordsPerTimeline, stampsPerTimeline, TL_ERRORS, TL_STAMPED } from '#fenceline/base/layout.js';
import { nextCount } from '#fenceline/fence/error-records.js';
import { pointStamp } from '#fenceline/fence/points.js';
import { recordStamp } from '#fenceline/fence/time-stamps.js';
import { timelineAt } from '#fenceline/fence/timeline.js';
import { coreOf } from '#fenceline/space.js';
import { withSpace } from '../space/with-space.ts';

const window = 2 ** 31;

function slotAt(space: Space, line: Timeline): number {
  return timelineAt(coreOf(space).agent, (line.handle as unknown as { timeline: number }).timeline);
}

describe('issuing', () => {
  test('a number promises all points up to it, and one that was issued before gives that fence again', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const far = line.issue(10);
      expect([line.issued, line.completed]).toEqual([10, 0]);
      line.signal(7);
      const again = [0, 3, 7, 8].map((point) => line.issue(point).status);
      expect(again).toEqual(['done', 'done', 'done', 'pending']);
      expect(line.issue().points).toMatchObject([{ timeline: 'line', seqno: 11, status: 'pending' }]);
      line.signal(far);
      expect([line.issued, line.completed, far.status]).toEqual([11, 10, 'done']);
      line.signal();
      expect(line.completed).toBe(11);
    }));

  test('permits 2^31 points to be pending and forbids one more', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const last = line.issue(window);
      expect(() => line.issue()).toThrow(/no more than 2147483648 points/);
      expect(() => line.issue(window + 1)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      expect(line.issued).toBe(window);
      const first = line.issue(1);
      expect([first.status, last.status]).toEqual(['pending', 'pending']);
      line.signal(1);
      const next = line.issue(window + 1);
      expect([first.status, last.status, next.status]).toEqual(['done', 'pending', 'pending']);
      line.signal(window);
      expect([last.status, next.status]).toEqual(['done', 'pending']);
      line.signal();
      for (let jump = 1; jump <= 5; jump++) {
        const fence = line.issue(line.issued + window);
        expect([fence.status, line.issue(line.issued - 1).status]).toEqual(['pending', 'pending']);
        line.signal(fence);
        expect([fence.status, line.completed]).toEqual(['done', line.issued]);
      }
    }));

  test.each([-1, 1.5, Number.NaN, 2 ** 53])('forbids the point %d', (point) =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      line.issue();
      const what = { code: 'EINVAL' };
      expect(() => line.issue(point)).toThrow(expect.objectContaining(what));
      expect(() => line.signal(point)).toThrow(expect.objectContaining(what));
      expect(() => line.fail(point, new Error('no'))).toThrow(expect.objectContaining(what));
      expect([line.issued, line.completed]).toEqual([1, 0]);
    }),
  );

  test('a view tells how far it is, and may not change that', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      using view = space.open(line.handle);
      line.issue(4);
      line.signal(3);
      expect([view.issued, view.completed]).toEqual([4, 3]);
      for (const change of [() => view.issue(9), () => view.signal(4), () => view.fail(4, 0), () => view.close()])
        expect(change).toThrow(/was not made by this thread/);
      line.dispose();
      view.dispose();
      expect([line.issued, line.completed, view.issued, view.completed]).toEqual([4, 3, 4, 3]);
    }));
});

describe('errors', () => {
  const foreign = (errno: number) => new FencelineError('EIO', 'The device says no.', { errno });

  test('an errno without a code is kept as its number, and any thread reads it back', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      for (const errno of [110, 4095, 5, 0]) {
        const fence = line.issue();
        line.fail(fence, foreign(errno));
        expect(fence.error?.message).toBe('The device says no.');
      }
      const { error } = line.issue(1);
      expect(error).toMatchObject({ code: 'EIO', details: { errno: 110 }, message: 'The device says no.' });
    }));

  test('an errno with a code of its own is that code, here as elsewhere', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      line.fail(line.issue(), foreign(125));
      expect(line.issue(1).error?.code).toBe('ECANCELED');
    }));

  test('close fails what was not signalled with its error, and keeps what was', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const [first, second, third] = [line.issue(), line.issue(), line.issue()];
      line.fail(1, new Error('first'));
      line.signal(2);
      line.close(foreign(71));
      line.close(new Error('too late'));
      expect(first.error?.message).toContain('first');
      expect(second.status).toBe('done');
      expect(third.error).toMatchObject({ code: 'EIO', details: { errno: 71 }, message: 'The device says no.' });
      expect(() => line.issue()).toThrow(/is closed/);
      expect(() => line.signal()).toThrow(/is closed/);
      expect([line.issued, line.completed]).toEqual([3, 2]);
    }));

  test('close without an error cancels, as dispose does', () =>
    withSpace({}, async (space) => {
      const line = timeline(space, 'line');
      const other = timeline(space, 'other');
      const fences = [line.issue(), other.issue()];
      line.close();
      other.dispose();
      expect(fences[0]?.error?.code).toBe('ECANCELED');
      expect(fences[1]?.status).toBe('failed');
      line.dispose();
    }));

  test('more errors than the count can tell are still never success', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const at = slotAt(space, line);
      const { words } = coreOf(space).agent;
      for (let count = 0; count < recordsPerTimeline; count++) line.fail(line.issue(), foreign(9));
      // As if there had been very many: the next count begins again.
      words[at + TL_ERRORS] = (recordsPerTimeline * 2 ** 24 - 1) * 2;
      line.fail(line.issue(), foreign(10));
      expect(words[at + TL_ERRORS]).toBe(recordsPerTimeline * 2 * 2);
      for (let count = 0; count < 3; count++) line.fail(line.issue(), foreign(11));
      for (let point = 1; point <= line.issued; point++) expect(line.issue(point).status).toBe('failed');
    }));

  test('a count that begins again gives each place of the ring its number', () => {
    for (const size of [recordsPerTimeline, stampsPerTimeline]) {
      let written = 2 ** 24 * size - 3;
      for (let step = 0; step < 6; step++) {
        const next = nextCount(written, size);
        expect(next % size).toBe((written + 1) % size);
        expect(next).toBeGreaterThan(size);
        expect(next * 2 + 1).toBeLessThan(2 ** 31);
        written = next;
      }
    }
  });
});

describe('time stamps', () => {
  test('are not kept unless they are asked for', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      line.signal(fence, { atMs: 5 });
      expect(fence.points[0]?.signaledAtMs).toBeUndefined();
    }));

  test('are those of the clock, or of the signaller, for each point that a signal covers', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line', { timestamps: true });
      line.issue(9);
      const before = performance.timeOrigin + performance.now();
      line.signal(2);
      const after = performance.timeOrigin + performance.now();
      line.signal(5, { atMs: 1234.000_001 });
      line.fail(6, new Error('six'), { atMs: -0.5 });
      const stampOf = (point: number) => line.issue(point).points[0]?.signaledAtMs;
      expect(stampOf(1)).toBe(stampOf(2));
      expect(stampOf(1)).toBeGreaterThanOrEqual(before);
      expect(stampOf(1)).toBeLessThanOrEqual(after);
      expect([3, 4, 5, 6, 7].map(stampOf)).toEqual([1234.000_001, 1234.000_001, 1234.000_001, -0.5, undefined]);
      line.close(undefined, { atMs: 99 });
      expect([6, 7, 9].map((point) => pointStampOf(space, line, point))).toEqual([-0.5, 99, 99]);
    }));

  test('go back 24 signals, and never say another one', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line', { timestamps: true });
      for (let count = 1; count <= 100; count++) {
        line.issue(count * 3);
        line.signal(count * 3, { atMs: count });
        for (let point = 1; point <= count * 3; point++) {
          const signal = Math.ceil(point / 3);
          const isKept = signal > count - 24 || count <= stampsPerTimeline;
          expect(pointStampOf(space, line, point), `${point} of ${count}`).toBe(isKept ? signal : undefined);
        }
      }
    }));

  test('stay right where the count of stamps begins again, and across 2^32', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line', { timestamps: true });
      const { words } = coreOf(space).agent;
      const at = slotAt(space, line);
      const base = 2 ** 32 - 10;
      for (const point of [window, base]) line.signal(line.issue(point));
      words[at + TL_STAMPED] = (stampsPerTimeline * 2 ** 24 - 20) * 2;
      for (let count = 1; count <= 40; count++) line.signal(line.issue(base + count), { atMs: count });
      for (let count = 1; count <= 40; count++)
        expect(pointStampOf(space, line, base + count)).toBe(count > 16 ? count : undefined);
    }));

  test('an entry that is half-written is not believed, nor is the one it replaces', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line', { timestamps: true });
      const { words } = coreOf(space).agent;
      const at = slotAt(space, line);
      for (let count = 1; count <= stampsPerTimeline; count++) line.signal(line.issue(), { atMs: count });
      recordStamp(words, at, 1000, 1000);
      words[at + TL_STAMPED] = stampsPerTimeline * 2 + 1;
      expect([1, 2, 3, 25].map((point) => pointStampOf(space, line, point))).toEqual([undefined, undefined, 3, 25]);
    }));

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('forbids the moment %d', (atMs) =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line', { timestamps: true });
      line.issue();
      expect(() => line.signal(1, { atMs })).toThrow(/moment/);
      expect(() => line.fail(1, 0, { atMs })).toThrow(/moment/);
      expect(() => line.close(undefined, { atMs })).toThrow(/moment/);
      expect(line.completed).toBe(0);
      line.signal(1, { atMs: 3 });
    }),
  );
});

function pointStampOf(space: Space, line: Timeline, seqno: number): number | undefined {
  const { timeline: slot, generation } = line.handle as unknown as { timeline: number; generation: number };
  return pointStamp(coreOf(space).agent, { timeline: slot, generation, seqno });
}
