/** Fences as users see them: values that can be merged, raced, posted and asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fence, type FencelineError, Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

interface Promised {
  readonly fence: Fence;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

function promised(space: Space, label = 'work'): Promised {
  let end = (): void => {};
  let fail = (_error: Error): void => {};
  const work = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { fence: space.fence(work, label), end, fail };
}

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

describe('asking', () => {
  test('a promise as a fence is pending, then done, and never anything else after that', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      expect([fence.status, fence.error]).toEqual(['pending', undefined]);
      end();
      await fence.wait();
      expect([fence.status, fence.error, await fence.settled()]).toEqual([
        'done',
        undefined,
        { status: 'done', value: undefined },
      ]);
      expect(fence.waitSync()).toBeUndefined();
    }));

  test('a rejected promise fails its fence with what it was rejected with as the cause', () =>
    withSpace({}, async (space) => {
      const { fence, fail } = promised(space, 'download');
      fail(new RangeError('too far'));
      const error = await errorOf(fence.wait());
      expect(error.message).toBe('The promise of download was rejected: too far');
      expect(error.cause).toBeInstanceOf(RangeError);
      expect(fence.error).toBe(error);
      expect(() => fence.waitSync()).toThrow(error);
      expect(await fence.settled()).toEqual({ status: 'failed', error });
    }));

  test('a fence is not thenable: it leaves an async function as itself', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      expect(await (async () => fence)()).toBe(fence);
      end();
      await fence.wait();
    }));

  test('waiting has a time-out and a signal, and neither ends the work', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      expect(await fence.settled({ timeoutMs: 5 })).toEqual({ status: 'pending' });
      expect((await errorOf(fence.wait({ timeoutMs: 0 }))).code).toBe('ETIME');
      const stop = new AbortController();
      const stopped = errorOf(fence.settled({ signal: stop.signal }));
      stop.abort(new Error('enough'));
      expect((await stopped).message).toBe('enough');
      expect((await errorOf(fence.wait({ signal: stop.signal }))).message).toBe('enough');
      expect((await errorOf(fence.wait({ timeoutMs: Number.NaN }))).code).toBe('EINVAL');
      expect(fence.status).toBe('pending');
      end();
      await fence.wait({ timeoutMs: 1000 });
    }));

  test('blocking for what this very thread owes is an error, not a sleep', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      expect(() => fence.waitSync()).toThrow(/this thread is the one/);
      expect(() => fence.waitSync({ timeoutMs: 10_000 })).toThrow(/this thread is the one/);
      using buffer = space.buffer('u8', [4]);
      const map = await buffer.map('write');
      expect(() => buffer.mapSync('read')).toThrow(/this thread/);
      map.dispose();
      buffer.mapSync('read').dispose();
      end();
    }));
});

describe('callbacks', () => {
  test('they run once each, in order of registration, outside the code that registered them', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      const calls: string[] = [];
      for (const name of ['a', 'b', 'c']) fence.onSettled((settled) => calls.push(`${name} ${settled.status}`));
      fence.onSettled(() => fence.onSettled(() => calls.push('nested')));
      const removed = fence.onSettled(() => calls.push('removed'));
      removed[Symbol.dispose]();
      end();
      await fence.wait();
      expect(calls.slice(0, 3)).toEqual(['a done', 'b done', 'c done']);
      fence.onSettled(() => calls.push('late'));
      expect(calls).not.toContain('late');
      await sleep(5);
      expect(calls).toEqual(['a done', 'b done', 'c done', 'nested', 'late']);
    }));

  test('one that removes another keeps it from running', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      const calls: string[] = [];
      let second: Disposable | undefined;
      fence.onSettled(() => second?.[Symbol.dispose]());
      second = fence.onSettled(() => calls.push('second'));
      fence.onSettled(() => calls.push('third'));
      end();
      await fence.wait();
      await sleep(5);
      expect(calls).toEqual(['third']);
    }));
});

describe('several at once', () => {
  test('all is over when each is, and fails as the first of the list that failed', () =>
    withSpace({}, async (space) => {
      const [a, b, c] = [promised(space, 'a'), promised(space, 'b'), promised(space, 'c')];
      const all = Fence.all([a.fence, b.fence, c.fence]);
      c.fail(new Error('c failed'));
      b.fail(new Error('b failed'));
      await c.fence.settled();
      expect(all.status).toBe('pending');
      a.end();
      expect((await errorOf(all.wait())).message).toContain('b failed');
      expect(Fence.all([a.fence, a.fence]).status).toBe('done');
    }));

  test('all of none is done, alone and among others', () =>
    withSpace({}, async (space) => {
      const none = Fence.all([]);
      expect(none.status).toBe('done');
      expect(none.waitSync()).toBeUndefined();
      let calls = 0;
      none.onSettled(() => calls++);
      none.onSettled(() => calls++)[Symbol.dispose]();
      const { fence, end } = promised(space);
      const both = Fence.all([none, fence, Fence.all([none])]);
      expect(both.status).toBe('pending');
      end();
      await both.wait();
      expect(calls).toBe(1);
      expect(space.open(none.handle).status).toBe('done');
    }));

  test('race tells which was over first, failed or done', () =>
    withSpace({}, async (space) => {
      const [a, b, c] = [promised(space), promised(space), promised(space)];
      const first = Fence.race([a.fence, b.fence, c.fence]);
      b.fail(new Error('b'));
      expect(await first).toBe(1);
      expect(await Fence.race([a.fence, b.fence])).toBe(1);
      expect((await errorOf(Fence.race([a.fence, c.fence], { timeoutMs: 10 }))).code).toBe('ETIME');
      const stop = new AbortController();
      const stopped = errorOf(Fence.race([a.fence, c.fence], { signal: stop.signal }));
      stop.abort(new Error('enough'));
      expect((await stopped).message).toBe('enough');
      expect((await errorOf(Fence.race([]))).code).toBe('EINVAL');
      a.end();
      c.end();
      await Fence.all([a.fence, c.fence]).wait();
    }));

  test('forbids to mix the fences of two spaces', () =>
    withSpace({}, async (space) => {
      const other = Space.create({ budgetBytes: 4096 });
      const [here, there] = [promised(space), promised(other)];
      expect(() => Fence.all([here.fence, there.fence])).toThrow(/another space/);
      expect(() => other.open(here.fence.handle)).toThrow(/another space/);
      here.end();
      there.end();
      await Promise.all([here.fence.wait(), there.fence.wait()]);
      await other.close();
    }));

  test('ten thousand waits for one fence end with it, and waits that were given up leave nothing', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      await Promise.all(Array.from({ length: 2000 }, () => fence.settled({ timeoutMs: 1 })));
      const waits = Array.from({ length: 10_000 }, () => fence.wait());
      end();
      await Promise.all(waits);
    }));
});

describe('handles', () => {
  test('a handle is plain data, and what it opens says the same', () =>
    withSpace({}, async (space) => {
      const { fence, fail } = promised(space, 'upload');
      const copy = space.open(structuredClone(fence.handle));
      expect(copy).not.toBe(fence);
      const waiting = errorOf(copy.wait());
      fail(new Error('offline'));
      const error = await waiting;
      expect(error.code).toBe('EKERNEL');
      expect(error.message).toContain('offline');
      expect(copy.status).toBe('failed');
    }));

  test('a forged handle is refused by what is wrong with it', () =>
    withSpace({}, async (space) => {
      const { fence, end } = promised(space);
      const good = structuredClone(fence.handle) as unknown as { points: object[] };
      const forged: [unknown, RegExp][] = [
        [null, /not a handle/],
        [7, /not a handle/],
        [{}, /no kind/],
        [{ ...good, kind: 'fenceline.bomb' }, /no kind/],
        [{ ...good, space: 1 }, /another space/],
        [{ ...good, points: 'x' }, /no points/],
        [{ ...good, points: [null] }, /timeline/],
        [{ ...good, points: [{ ...good.points[0], timeline: -1 }] }, /timeline -1/],
        [{ ...good, points: [{ ...good.points[0], timeline: 2 ** 30 }] }, /timeline/],
        [{ ...good, points: [{ ...good.points[0], generation: 0.5 }] }, /generation/],
        [{ ...good, points: [{ ...good.points[0], seqno: 2 ** 60 }] }, /seqno/],
        [{ ...good, points: [{ ...good.points[0], seqno: 1000 }] }, /nobody has promised/],
      ];
      for (const [handle, sentence] of forged) expect(() => space.open(handle as never)).toThrow(sentence);
      end();
      await fence.wait();
      const unknown = { ...good, points: [{ timeline: 3, generation: 2, seqno: 1 }] };
      expect(space.open(unknown as never)).toMatchObject({ status: 'failed', error: { code: 'EUNKNOWN' } });
    }));
});
