/** Any-of, and fences as abort signals and event targets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fence, FencelineError, Space } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';

const failure = () => new FencelineError('EIO', 'The device says no.', { errno: 71 }) as FencelineError;

describe('any-of', () => {
  test('is over with the first, has its outcome, and keeps it whatever comes after', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      using other = timeline(space, 'other');
      for (const ends of ['done', 'failed'] as const) {
        const [a, b] = [line.issue(), other.issue()];
        const any = Fence.any(space, [a, Fence.all([a, b]), b], 'either');
        const copy = space.open(structuredClone(any.handle));
        expect([any.status, accounting(space).jobs]).toEqual(['pending', 1]);
        if (ends === 'done') other.signal(b);
        else other.fail(b, failure());
        expect(await copy.settled({ timeoutMs: 5000 })).toMatchObject({ status: ends });
        if (ends === 'failed') line.signal(a);
        else line.fail(a, failure());
        await sleep(1);
        expect([any.status, copy.status]).toEqual([ends, ends]);
        if (ends === 'failed') expect(any.error).toMatchObject({ code: 'EIO', details: { errno: 71 } });
        if (ends === 'failed') expect(copy.error).toMatchObject({ code: 'EIO', details: { errno: 71 } });
      }
    }));

  test('of one that is over already is over, without a slot', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const pending = line.issue();
      expect(Fence.any(space, [pending, Fence.over(space)]).status).toBe('done');
      expect(Fence.any(space, [pending, Fence.over(space, failure())]).error?.details).toEqual({ errno: 71 });
      expect(Fence.any(space, [Fence.all([])], 'empty').describe()).toBe("Fence 'empty' is done");
      expect(accounting(space).jobs).toBe(0);
    }));

  test('holds what it waits for, and lets it go', () =>
    withSpace({}, async (space) => {
      const lines = [timeline(space, 'a'), timeline(space, 'b')];
      const any = Fence.any(space, [Fence.all(lines.map((line) => line.issue())), lines[0]?.issue() as Fence]);
      for (const line of lines) line.dispose();
      expect(accounting(space).timelines).toBe(2);
      expect((await any.settled()).status).toBe('failed');
      expect(any.error?.code).toBe('ECANCELED');
      expect(accounting(space).timelines).toBe(0);
    }));

  test('forbids none at all, and fences of two spaces', () =>
    withSpace({}, async (space) => {
      expect(() => Fence.any(space, [])).toThrow(/no fences \(0\)/);
      const other = Space.create({ budgetBytes: 4096 });
      using line = timeline(other, 'line');
      const fence = line.issue();
      expect(() => Fence.any(space, [fence])).toThrow(/another space/);
      line.signal();
      line.dispose();
      await other.close();
    }));
});

describe('an abort signal', () => {
  test('aborts with the error of its fence, or says that it is done', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const [good, bad] = [line.issue(), line.issue()];
      const signals = [good.abortSignal(), bad.abortSignal()] as const;
      expect(good.abortSignal()).toBe(signals[0]);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
      const reasons: unknown[] = [];
      for (const signal of signals) signal.addEventListener('abort', () => reasons.push(signal.reason));
      line.signal(good);
      line.fail(bad, failure());
      await sleep(1);
      expect(reasons).toEqual([expect.objectContaining({ name: 'AbortError', message: 'line 1 is done.' }), bad.error]);
      // Of what is over, it is aborted from the start.
      expect(line.issue(2).abortSignal().reason).toBe(bad.error);
      expect(Fence.over(space).abortSignal().aborted).toBe(true);
    }));

  test('stops what listens to it', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const waiting = sleep(10_000, undefined, { signal: line.issue().abortSignal() });
      line.signal();
      await expect(waiting).rejects.toThrow(/abort/);
    }));
});

describe('an event target', () => {
  test('dispatches settled once, also if it was over before', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      let events = 0;
      expect(fence.eventTarget()).toBe(fence.eventTarget());
      fence.eventTarget().addEventListener('settled', () => events++);
      await sleep(1);
      expect(events).toBe(0);
      line.signal();
      await sleep(1);
      expect(events).toBe(1);
      for (const over of [line.issue(1), Fence.over(space)])
        over.eventTarget().addEventListener('settled', () => events++);
      await sleep(1);
      expect(events).toBe(3);
    }));
});
