import { describe, expect, test } from 'vitest';
import { isFencelineError } from '#fenceline/base/errors.js';
import { ahead } from '#fenceline/streams/ahead.js';
import { collect, type Gate, gate, Item, nextOf, quiet, sourceOf, strictSource } from './world.ts';

/** A stage whose items end when the test says so. */
function gatedStage() {
  const gates: Gate<Item>[] = [];
  const signals: AbortSignal[] = [];
  const stage = (_item: unknown, index: number, signal: AbortSignal): Promise<Item> => {
    const made = gate<Item>();
    gates[index] = made;
    signals[index] = signal;
    return made.passed;
  };
  /** Proof of the casts: the tests open only what was started. */
  const open = (index: number) => {
    const item = new Item(index);
    (gates[index] as Gate<Item>).open(item);
    return item;
  };
  const fail = (index: number, error: unknown) => (gates[index] as Gate<Item>).fail(error);
  return { stage, open, fail, gates, signals };
}

describe('ahead', () => {
  test('yields in input order, whatever the order in which stages end', async () => {
    const { stage, open } = gatedStage();
    const run = collect(ahead([0, 1, 2, 3], 4, stage));
    await quiet();
    for (const index of [2, 0, 3, 1]) open(index);
    expect((await run).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  test.each([1, 2, 3, 7, 100])('has %i items under way at most, and as many when the loop is slow', async (limit) => {
    const source = sourceOf(20);
    let taken = 0;
    let running = 0;
    let runningMax = 0;
    const stage = async (item: Item) => {
      runningMax = Math.max(runningMax, ++running);
      await quiet();
      running--;
      return item;
    };
    for await (const item of ahead(source, limit, stage)) {
      expect(item.index).toBe(taken++);
      await quiet();
      await quiet();
      // What is in the loop's hands is no longer under way.
      expect(source.made.length).toBe(Math.min(20, taken + limit));
    }
    expect(taken).toBe(20);
    expect(runningMax).toBe(Math.min(20, limit));
  });

  test('takes nothing from the source before the first result is asked for', async () => {
    const source = sourceOf(3);
    const unused = ahead(source, 2, (item) => item);
    await quiet();
    expect(source.made).toEqual([]);
    await unused.return();
    expect(source.made).toEqual([]);
  });

  test('calls the stage with an item before it asks the source for the next', async () => {
    const calls: string[] = [];
    async function* source() {
      for (let index = 0; index < 4; index++) {
        calls.push(`make ${index}`);
        yield index;
      }
    }
    await collect(ahead(source(), 3, (index) => calls.push(`stage ${index}`)));
    expect(calls.join()).toBe('make 0,stage 0,make 1,stage 1,make 2,stage 2,make 3,stage 3');
  });

  test('takes arrays, generators, promises in arrays, and nothing at all', async () => {
    expect(await collect(ahead([1, 2, 3], 2, (n) => n * 2))).toEqual([2, 4, 6]);
    expect(await collect(ahead(new Set(['a']), 2, (text, index) => text + index))).toEqual(['a0']);
    expect(await collect(ahead([Promise.resolve(5)] as unknown as number[], 2, (n) => n + 1))).toEqual([6]);
    expect(await collect(ahead([], 2, (n) => n))).toEqual([]);
    expect(await collect(ahead(sourceOf(0), 2, (n) => n))).toEqual([]);
  });

  test('yields undefined and other empty results as they are', async () => {
    expect(await collect(ahead([undefined, null, 0, ''], 2, (empty) => empty))).toEqual([undefined, null, 0, '']);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3'])(
    'forbids %s as its limit, at the call',
    (limit) => {
      expect(() => ahead([1], limit as number, (n) => n)).toThrow(
        expect.objectContaining({ code: 'EINVAL', details: { argument: 'limit' } }),
      );
    },
  );

  test('forbids a stage that is no function, at the call', () => {
    expect(() => ahead([1], 1, undefined as never)).toThrow(
      expect.objectContaining({ code: 'EINVAL', details: { argument: 'stage' } }),
    );
  });
});

describe('a stage that fails', () => {
  test.each(['throws', 'rejects'])('and %s ends the loop after all results before it', async (how) => {
    const failure = new Error('third');
    const got: number[] = [];
    const stage = (index: number) => {
      if (index === 2 && how === 'throws') throw failure;
      return index === 2 ? Promise.reject(failure) : quiet().then(() => index);
    };
    const run = (async () => {
      for await (const index of ahead([0, 1, 2, 3, 4], 5, stage)) got.push(index);
    })();
    await expect(run).rejects.toBe(failure);
    expect(got).toEqual([0, 1]);
  });

  test('first in input order is the one that is told, and later ones are not unhandled', async () => {
    const { stage, fail, open } = gatedStage();
    const run = collect(ahead([0, 1, 2], 3, stage));
    await quiet();
    const [early, late] = [new Error('early'), new Error('late')];
    fail(2, late);
    await quiet();
    fail(1, early);
    open(0);
    await expect(run).rejects.toBe(early);
  });

  test('stops the source, aborts the rest and discards its results, made and still to come', async () => {
    const source = sourceOf(100);
    const { stage, open, fail, signals } = gatedStage();
    const run = collect(ahead(source, 4, stage));
    await quiet();
    const made = open(2);
    fail(1, new Error('second'));
    await quiet();
    expect(signals[0]?.aborted).toBe(false);
    open(0);
    await quiet();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
    const late = open(3);
    await expect(run).rejects.toThrow('second');
    expect([made.disposals, late.disposals]).toEqual([1, 1]);
    expect([source.made.length, source.ends]).toEqual([4, 1]);
  });
});

describe('a source that fails', () => {
  test.each([0, 1, 5])('after %i items ends the loop after all their results', async (count) => {
    const failure = new Error('cut');
    const source = sourceOf(count, { failure });
    const got: number[] = [];
    const run = (async () => {
      for await (const item of ahead(source, 3, (made) => quiet().then(() => made))) got.push(item.index);
    })();
    await expect(run).rejects.toBe(failure);
    expect(got).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(source.ends).toBe(0);
  });

  test('by being no source at all rejects at the first result', async () => {
    await expect(collect(ahead(3 as never, 1, (n) => n))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('leaving the loop', () => {
  test('aborts and awaits what is under way, ends the source, and disposes once what was not taken', async () => {
    const source = sourceOf(100);
    const { stage, open, signals } = gatedStage();
    const taken: Item[] = [];
    let hasLeft = false;
    const run = (async () => {
      for await (const item of ahead(source, 4, stage)) {
        taken.push(item);
        if (taken.length === 2) break;
      }
      hasLeft = true;
    })();
    await quiet();
    const results = [open(0), open(2), open(1)];
    await quiet();
    expect(signals.slice(2).every(({ aborted }) => aborted)).toBe(true);
    expect(isFencelineError(signals[3]?.reason) && signals[3].reason.code).toBe('ECANCELED');
    expect(hasLeft).toBe(false);
    for (let index = 3; index < signals.length; index++) results.push(open(index));
    await run;
    expect(taken.map(({ index, disposals }) => [index, disposals])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(results.filter((item) => !taken.includes(item)).map(({ disposals }) => disposals)).toEqual(
      new Array(results.length - 2).fill(1),
    );
    expect(source.ends).toBe(1);
  });

  test('cancels results that are work, such as jobs, before it disposes them', async () => {
    const calls: string[] = [];
    const job = (index: number) => ({
      cancel: () => void calls.push(`cancel ${index}`),
      [Symbol.dispose]: () => void calls.push(`dispose ${index}`),
    });
    for await (const _ of ahead([0, 1, 2], 3, job)) {
      await quiet();
      break;
    }
    expect(calls.sort()).toEqual(['cancel 1', 'cancel 2', 'dispose 1', 'dispose 2']);
  });

  test('throws what a dispose throws, but not in the place of an earlier error', async () => {
    const failure = new Error('stuck');
    const stage = () => ({
      [Symbol.dispose]() {
        throw failure;
      },
    });
    const leave = async (reason?: Error) => {
      for await (const _ of ahead([0, 1], 2, stage)) {
        await quiet();
        if (reason) throw reason;
        break;
      }
    };
    await expect(leave()).rejects.toBe(failure);
    const second = new Error('of a stage');
    const stages = ahead([0, 1, 2], 3, (index) => (index === 1 ? Promise.reject(second) : stage()));
    const loop = (async () => {
      for await (const _ of stages) await quiet();
    })();
    await expect(loop).rejects.toBe(second);
    const reason = new Error('of the body');
    await expect(leave(reason)).rejects.toBe(reason);
  });

  test('asks a source that is making an item to end at once, and discards the item if it comes all the same', async () => {
    const late = gate<IteratorResult<Item>>();
    const first = nextOf(1);
    const { source, asked } = strictSource(() => (asked.next === 1 ? first() : late.passed));
    for await (const _ of ahead(source, 2, (item) => item)) break;
    expect(asked).toEqual({ opened: 1, next: 2, end: 1 });
    const item = new Item(1);
    late.open({ done: false, value: item });
    await quiet();
    expect(item.disposals).toBe(1);
    expect(asked).toEqual({ opened: 1, next: 2, end: 1 });
  });

  test('ends with its source, but an error does not wait for it', async () => {
    const leave = async (how: 'break' | 'throw' | 'stage', ended: Promise<void>) => {
      const { source } = strictSource(nextOf(9), ended);
      for await (const { index } of ahead(source, 2, (item) => (how === 'stage' ? Promise.reject(how) : item))) {
        if (how === 'throw') throw how;
        return index;
      }
      return undefined;
    };
    const never = gate();
    await expect(leave('stage', never.passed)).rejects.toBe('stage');
    const slow = gate();
    let hasLeft = false;
    const left = leave('break', slow.passed).then(() => {
      hasLeft = true;
    });
    await quiet();
    expect(hasLeft).toBe(false);
    slow.open();
    await left;
    await expect(leave('break', Promise.reject(new Error('will not end')))).rejects.toThrow('will not end');
  });

  test('asks a source to end exactly when it has not ended by itself', async () => {
    const whole = strictSource(nextOf(3));
    await collect(ahead(whole.source, 2, (item) => item));
    expect(whole.asked).toEqual({ opened: 1, next: 4, end: 0 });
    const failure = new Error('cut');
    const cut = strictSource(nextOf(3, failure));
    await expect(collect(ahead(cut.source, 2, (item) => item))).rejects.toBe(failure);
    expect(cut.asked).toEqual({ opened: 1, next: 4, end: 0 });
  });
});

describe('the signal', () => {
  test('aborted before the loop throws its reason and takes nothing', async () => {
    const { source, asked } = strictSource(nextOf(3));
    const reason = new Error('never mind');
    await expect(collect(ahead(source, 2, (item) => item, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    expect(asked).toEqual({ opened: 0, next: 0, end: 0 });
  });

  test('aborted while stages hang throws its reason at once, and discards what they make later', async () => {
    const controller = new AbortController();
    const source = sourceOf(100);
    const { stage, open, signals } = gatedStage();
    const run = collect(ahead(source, 3, stage, { signal: controller.signal }));
    await quiet();
    const made = open(1);
    await quiet();
    const reason = new Error('Ctrl-C');
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(signals.map((signal) => signal.reason as unknown)).toEqual([reason, reason, reason]);
    const late = open(0);
    await quiet();
    expect([made.disposals, late.disposals, source.ends]).toEqual([1, 1, 1]);
    expect(source.made.length).toBe(3);
  });

  test('aborted while the loop works throws its reason at the next result, even if that is there', async () => {
    const controller = new AbortController();
    const got: number[] = [];
    const run = (async () => {
      for await (const n of ahead([0, 1, 2], 3, (item) => item, { signal: controller.signal })) {
        got.push(n);
        await quiet();
        controller.abort();
      }
    })();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(got).toEqual([0]);
  });

  test('aborted while the loop works reaches the stages at once', async () => {
    const controller = new AbortController();
    const { stage, open, signals } = gatedStage();
    const loop = ahead([0, 1, 2], 3, stage, { signal: controller.signal });
    const first = loop.next();
    await quiet();
    open(0);
    await first;
    controller.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    await expect(loop.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('has no listener left when the loop ends', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const live = new Set<unknown>();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = ((type: 'abort', fn: () => void) => {
      live.add(fn);
      add(type, fn);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((type: 'abort', fn: () => void) => {
      live.delete(fn);
      remove(type, fn);
    }) as typeof signal.removeEventListener;
    await collect(ahead([1, 2], 1, (n) => n, { signal }));
    expect(live.size).toBe(0);
    const left = ahead([1, 2], 1, (n) => n, { signal });
    await left.next();
    expect(live.size).toBe(1);
    await left.return();
    expect(live.size).toBe(0);
  });
});
