/** Traces as messages of diagnostics_channel. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Space } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { publishTrace, type TraceLoss, type TraceRecord } from 'fenceline/trace';
import { expect, test, vi } from 'vitest';
import { withSpace } from '../space/with-space.ts';

/** Collects what is published on a channel while `body` runs. */
async function hear<T>(channel: string, body: () => Promise<void>): Promise<readonly T[]> {
  const heard: T[] = [];
  const listen = (message: unknown): void => void heard.push(message as T);
  subscribe(channel, listen);
  try {
    await body();
  } finally {
    unsubscribe(channel, listen);
  }
  return heard;
}

async function signalThree(space: Space): Promise<void> {
  using line = timeline(space, 'line');
  for (let point = 0; point < 3; point++) line.issue();
  line.signal();
}

test('publishes what comes, in order, until it is disposed of', () =>
  withSpace({ traceEvents: 64 }, async (space) => {
    const heard = await hear<TraceRecord>('fenceline:issue', async () => {
      using _published = publishTrace(space, { everyMs: 5 });
      await signalThree(space);
      await sleep(50);
      await signalThree(space);
    });
    await signalThree(space);
    expect(heard.map(({ point, what, seqno }) => [point, what, seqno])).toEqual(
      [1, 2, 3, 1, 2, 3].map((seqno) => ['issue', 'issue', seqno]),
    );
    expect(heard[0]).toMatchObject({ subject: 'line 1', error: undefined });
    expect(heard.every(({ atMs }) => Math.abs(performance.now() - atMs) < 60_000)).toBe(true);
  }));

test('says how many events it never saw', () =>
  withSpace({ traceEvents: 8 }, async (space) => {
    const issued: TraceRecord[] = [];
    const lost = await hear<TraceLoss>('fenceline:lost', async () => {
      issued.push(
        ...(await hear<TraceRecord>('fenceline:issue', async () => {
          using _published = publishTrace(space, { everyMs: 10_000 });
          using line = timeline(space, 'line');
          for (let point = 0; point < 100; point++) line.issue();
        })),
      );
    });
    expect(lost).toHaveLength(1);
    expect(issued.length + (lost[0]?.lost ?? 0)).toBe(100);
  }));

test('is refused where there are no such channels, and with a period that is none', () =>
  withSpace({ traceEvents: 8 }, async (space) => {
    const spy = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    expect(() => publishTrace(space)).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    spy.mockRestore();
    expect(() => publishTrace(space, { everyMs: 0 })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  }));

test('ends when its thread leaves the space', async () => {
  let published: Disposable | undefined;
  await withSpace({ traceEvents: 8 }, async (space) => {
    published = publishTrace(space, { everyMs: 1 });
  });
  await sleep(5);
  expect(() => published?.[Symbol.dispose]()).not.toThrow();
});
