/** Traces as entries of the performance timeline. */
import { timeline } from 'fenceline/sync';
import { measureTrace, type TraceRecord } from 'fenceline/trace';
import { afterEach, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

afterEach(() => {
  performance.clearMarks();
  performance.clearMeasures();
});

test('what lasted is a measure, what happened is a mark, and each comes once', () =>
  withSpace({ traceEvents: 256 }, async (space) => {
    using line = timeline(space, 'line');
    const before = performance.now();
    const fence = line.issue();
    const waiting = fence.wait();
    const first = measureTrace(space);
    expect(first).toEqual({ entries: 1, lost: 0 });
    line.signal();
    await waiting;
    const { entries, lost } = measureTrace(space);
    expect(lost).toBe(0);
    const [wait] = performance.getEntriesByName('fenceline:wait line 1');
    const [issued] = performance.getEntriesByName('fenceline:issue issue line 1');
    const [signalled] = performance.getEntriesByName('fenceline:signal signal line 1');
    if (wait === undefined || issued === undefined || signalled === undefined) expect.fail('An entry is missing.');
    expect([wait.entryType, issued.entryType]).toEqual(['measure', 'mark']);
    // Clocks of the space and of the thread agree to a part of a microsecond.
    const slackMs = 0.001;
    expect(issued.startTime).toBeGreaterThanOrEqual(before - slackMs);
    expect(wait.startTime).toBeGreaterThanOrEqual(issued.startTime);
    expect(wait.startTime + wait.duration).toBeGreaterThanOrEqual(signalled.startTime);
    expect(wait.startTime + wait.duration).toBeLessThanOrEqual(performance.now() + slackMs);
    expect((wait as PerformanceMeasure).detail).toMatchObject({
      point: 'wait',
      what: 'begin',
      seqno: 1,
    } satisfies Partial<TraceRecord>);
    expect(entries).toBeGreaterThanOrEqual(2);
    expect(measureTrace(space)).toEqual({ entries: 0, lost: 0 });
  }));

test('what was lost between two calls is counted by the second', () =>
  withSpace({ traceEvents: 8 }, async (space) => {
    using line = timeline(space, 'line');
    for (let point = 0; point < 3; point++) line.issue();
    expect(measureTrace(space)).toEqual({ entries: 3, lost: 0 });
    for (let point = 0; point < 100; point++) line.issue();
    const { entries, lost } = measureTrace(space);
    expect(entries + lost).toBe(100);
    expect(entries).toBeGreaterThanOrEqual(8);
    line.issue();
    expect(measureTrace(space)).toEqual({ entries: 1, lost: 0 });
  }));
