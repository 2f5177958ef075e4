/** What signallers are told: who waits first, and by when; here and across threads. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Fence, type Handle, type Space } from 'fenceline';
import { syncObject, waitPoints as syncWait, type Timeline, timeline, waitPointsSync } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { waitPoints } from '#fenceline/fence/wait.js';
import { coreOf } from '#fenceline/space.js';
import { withSpace } from '../space/with-space.ts';

const agent = new URL('../../build/test/fence/waiter.agent.js', import.meta.url);

async function withWorker(
  space: Space,
  body: (ask: (order: object) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const worker = new Worker(agent, { workerData: space.handle });
  await once(worker, 'message');
  await body(async (order) => {
    worker.postMessage(order);
    const [answer] = await once(worker, 'message');
    return answer;
  });
  worker.postMessage({ do: 'leave' });
  await once(worker, 'exit');
}

/** A timeline that only signals what somebody waits for. */
function lazy(space: Space, calls: number[]): Timeline {
  const line = timeline(space, 'lazy', {
    onFirstWait: (upTo) => {
      calls.push(upTo);
      line.signal(upTo);
    },
  });
  return line;
}

describe('the first wait', () => {
  test('is told once for each point that is ever waited for, and only then', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      using line = timeline(space, 'lazy', { onFirstWait: (upTo) => calls.push(upTo) });
      line.issue(9);
      await sleep(5);
      expect([calls, line.issue(3).status, line.issue(3).describe().length > 0]).toEqual([[], 'pending', true]);
      const third = line.issue(3).wait();
      expect(calls).toEqual([3]);
      const others = [line.issue(2).wait(), line.issue(3).settled(), line.issue(5).wait(), line.issue(4).settled()];
      line.issue(8).onSettled(() => {});
      await sleep(5);
      expect(calls).toEqual([3, 5, 8]);
      line.signal();
      await Promise.all([third, ...others]);
      await line.issue(9).wait();
      expect(calls).toEqual([3, 5, 8]);
    }));

  test('of this thread is told before it blocks; what the hook signals is over, what it leaves is refused', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      using line = lazy(space, calls);
      line.issue(2).waitSync();
      line.issue(4);
      Fence.all([line.issue(3), Fence.over(space)]).waitSync();
      expect([calls, line.completed]).toEqual([[2, 3], 3]);
      using deaf = timeline(space, 'deaf', { onFirstWait: (upTo) => calls.push(-upTo) });
      expect(() => deaf.issue().waitSync()).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      expect(calls).toEqual([2, 3, -1]);
    }));

  test('reaches every timeline of a merge at once', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      const lines = Array.from({ length: 5 }, () => lazy(space, calls));
      await Fence.all(lines.map((line, index) => line.issue(index + 1))).wait();
      expect(calls).toEqual([1, 2, 3, 4, 5]);
      for (const line of lines) line.dispose();
    }));

  test('is told through an any-of', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      using line = lazy(space, calls);
      using never = timeline(space, 'never');
      await Fence.any(space, [never.issue(), line.issue()]).wait();
      expect(calls).toEqual([1]);
    }));

  test('a hook that throws harms neither who waits nor the next call', () =>
    withSpace({}, async (space) => {
      const thrown: unknown[] = [];
      const onError = (error: unknown): void => {
        thrown.push(error);
      };
      process.on('uncaughtException', onError);
      const known = process.listeners('uncaughtException').filter((one) => one !== onError);
      for (const one of known) process.off('uncaughtException', one);
      const calls: number[] = [];
      using line = timeline(space, 'rude', {
        onFirstWait: (upTo) => {
          calls.push(upTo);
          throw new Error(`hook ${upTo}`);
        },
      });
      const waits = [line.issue().wait(), line.issue().wait()];
      await sleep(5);
      process.off('uncaughtException', onError);
      for (const one of known) process.on('uncaughtException', one);
      line.signal();
      await Promise.all(waits);
      expect([calls, thrown.map(String)]).toEqual([
        [1, 2],
        ['Error: hook 1', 'Error: hook 2'],
      ]);
    }));

  test('of another thread is told, whether that one blocks or not, and nothing is told after closing', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      using line = lazy(space, calls);
      line.issue(20);
      await withWorker(space, async (ask) => {
        for (let point = 1; point <= 5; point++) {
          const how = point % 2 === 0 ? 'wait' : 'block';
          expect(await ask({ do: how, fence: line.issue(point).handle })).toEqual(['done']);
        }
        expect(calls).toEqual([1, 2, 3, 4, 5]);
        const failing = ask({ do: 'wait', fence: line.issue(30).handle });
        line.close();
        expect(await failing).toEqual(['failed', 'ECANCELED']);
      });
    }));

  test('wakes a signaller on another thread; one that dies fails who waits', () =>
    withSpace({}, async (space) => {
      await withWorker(space, async (ask) => {
        const fences = ((await ask({ do: 'lazy', count: 8 })) as Handle<Fence>[]).map((handle) => space.open(handle));
        fences[0]?.waitSync({ timeoutMs: 20_000 });
        await fences[3]?.wait({ timeoutMs: 20_000 });
        expect(fences.map(({ status }) => status)).toEqual([...Array(4).fill('done'), ...Array(4).fill('pending')]);
        // Below the shells too.
        const [point] = (fences[6] as Fence<unknown> as unknown as { handle: { points: readonly [never] } }).handle
          .points;
        expect(waitPoints(coreOf(space).agent, [point], performance.now() + 5000)).toBe(true);
      });
      const worker = new Worker(agent, { workerData: space.handle });
      await once(worker, 'message');
      worker.postMessage({ do: 'silent' });
      const [handle] = await once(worker, 'message');
      const waiting = space.open<Fence>(handle).settled({ timeoutMs: 20_000 });
      await sleep(5);
      await worker.terminate();
      expect(await waiting).toMatchObject({ status: 'failed', error: { code: 'EOWNERDEAD' } });
    }));

  test('also through sync objects, whether the wait blocks or not, and whoever signals', () =>
    withSpace({}, async (space) => {
      const calls: number[] = [];
      using line = lazy(space, calls);
      using object = syncObject(space, 'object');
      for (let point = 1; point <= 4; point++) object.replace(line.issue(), point);
      expect(waitPointsSync([{ object, point: 1 }], { timeoutMs: 20_000 })).toBe(-1);
      const waiting = syncWait([{ object, point: 2 }], { timeoutMs: 20_000 });
      expect(calls).toEqual([1, 2]);
      await waiting;
      await expect(syncWait([{ object, point: 4 }], { timeoutMs: 0 })).rejects.toMatchObject({ code: 'ETIME' });
      expect(calls, 'a look is no wait').toEqual([1, 2]);
      await withWorker(space, async (ask) => {
        const handles = (await ask({ do: 'lazy', count: 2 })) as Handle<Fence>[];
        for (const [at, handle] of handles.entries()) object.replace(space.open(handle), 5 + at);
        line.signal();
        expect(waitPointsSync([{ object, point: 5 }], { timeoutMs: 20_000 })).toBe(-1);
        await syncWait([{ object, point: 6 }], { timeoutMs: 20_000 });
      });
    }));

  test('of a slot that is used again is told of the new timeline alone', () =>
    withSpace({ limits: { timelines: 1 } }, async (space) => {
      for (let use = 0; use < 3; use++) {
        const calls: number[] = [];
        using line = lazy(space, calls);
        line.issue(7 - use);
        await line.issue(5 - use).wait();
        expect(calls).toEqual([5 - use]);
      }
    }));
});

function promised(): { readonly promise: Promise<void>; readonly end: () => void } {
  let end = (): void => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}

describe('deadlines', () => {
  test('reach the signaller at once and exactly, through merges, and of each point only earlier ones', () =>
    withSpace({}, async (space) => {
      const calls: [string, number, number][] = [];
      const [a, b] = ['a', 'b'].map((name) =>
        timeline(space, name, { onDeadline: (atMs, upTo) => calls.push([name, atMs, upTo]) }),
      ) as [Timeline, Timeline];
      const none = timeline(space, 'none');
      const over = a.issue();
      const { promise, end } = promised();
      const work = space.fence(promise);
      a.signal();
      const all = Fence.all([a.issue(), b.issue(3), none.issue(), work]);
      all.hintDeadline(2e12 + 0.25);
      all.hintDeadline(2e12 + 0.5);
      over.hintDeadline(1);
      all.hintDeadline(-1.5);
      b.issue(4).hintDeadline(2e12);
      expect(calls).toEqual([
        ['a', 2e12 + 0.25, 2],
        ['b', 2e12 + 0.25, 3],
        ['a', -1.5, 2],
        ['b', -1.5, 3],
        ['b', 2e12, 4],
      ]);
      for (const atMs of [Number.NaN, Number.NEGATIVE_INFINITY])
        expect(() => all.hintDeadline(atMs)).toThrow(/deadline/);
      Fence.over(space).hintDeadline(5);
      for (const line of [a, b, none]) line.dispose();
      expect(() => all.hintDeadline(0)).not.toThrow();
      expect(calls).toHaveLength(5);
      end();
      await work.wait();
    }));

  test('of thousands of points are remembered only while they are pending', () =>
    withSpace({}, async (space) => {
      let calls = 0;
      using line = timeline(space, 'line', { onDeadline: () => calls++ });
      for (let point = 1; point <= 5000; point++) {
        line.issue(point).hintDeadline(point);
        line.issue(point).hintDeadline(point);
        line.signal(point);
      }
      expect(calls).toBe(5000);
    }));

  test('of another thread come in whole milliseconds, the earliest for the last point', () =>
    withSpace({}, async (space) => {
      const calls: [number, number][] = [];
      using line = timeline(space, 'line', { onDeadline: (atMs, upTo) => calls.push([atMs, upTo]) });
      const fences = [line.issue(), line.issue(), line.issue()];
      await withWorker(space, async (ask) => {
        const atMs = performance.timeOrigin + performance.now() + 1000;
        await ask({ do: 'hint', fence: fences[1]?.handle, atMs });
        await expect.poll(() => calls.length, { timeout: 20_000 }).toBe(1);
        expect(calls[0]?.[1]).toBe(2);
        expect(calls[0]?.[0]).toBeLessThanOrEqual(atMs);
        expect(calls[0]?.[0]).toBeGreaterThan(atMs - 2);
        await ask({ do: 'hint', fence: Fence.all(fences).handle, atMs: 0 });
        await expect.poll(() => calls.length, { timeout: 20_000 }).toBe(2);
        expect(calls[1]).toEqual([coreOf(space).data.createdAt, 3]);
      });
    }));
});
