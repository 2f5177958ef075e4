import { describe, expect, test } from 'vitest';
import { windows } from '#fenceline/streams/windows.js';
import { collect, type Item, nextOf, sourceOf, strictSource } from './world.ts';

/** The windows as the documentation says them, without a stream. */
function expected(count: number, before: number, after: number): number[][] {
  return Array.from({ length: count }, (_, middle) =>
    Array.from({ length: before + 1 + after }, (_, place) => Math.min(Math.max(middle - before + place, 0), count - 1)),
  );
}

const indices = (window: readonly Item[]) => window.map(({ index }) => index);

describe('windows', () => {
  test('are as many as items, and ends repeat the first and the last', async () => {
    const got: number[][] = [];
    for await (const window of windows(sourceOf(4), 1, 2)) got.push(indices(window));
    expect(got).toEqual([
      [0, 0, 1, 2],
      [0, 1, 2, 3],
      [1, 2, 3, 3],
      [2, 3, 3, 3],
    ]);
  });

  test('of every small size are those, with every item alive in its windows and disposed once right after', async () => {
    for (let count = 0; count <= 6; count++) {
      for (let before = 0; before <= 4; before++) {
        for (let after = 0; after <= 4; after++) {
          const source = sourceOf(count);
          const got: number[][] = [];
          for await (const window of windows(source, before, after)) {
            const middle = got.push(indices(window)) - 1;
            const disposed = source.made.filter(({ disposals }) => disposals > 0).map(({ index }) => index);
            expect(disposed).toEqual(Array.from({ length: Math.max(0, middle - before) }, (_, index) => index));
            expect(source.made.length).toBe(Math.min(count, middle + after + 1));
          }
          expect(got).toEqual(expected(count, before, after));
          expect(source.made.map(({ disposals }) => disposals)).toEqual(new Array(count).fill(1));
          expect(source.ends).toBe(0);
        }
      }
    }
  });

  test('that were yielded before do not change', async () => {
    expect((await collect(windows(sourceOf(5), 1, 1))).map(indices)).toEqual(expected(5, 1, 1));
  });

  test('let go of an item before they ask for the next', async () => {
    let alive = 0;
    let aliveMax = 0;
    async function* frames() {
      for (let index = 0; index < 20; index++) {
        aliveMax = Math.max(aliveMax, ++alive);
        yield {
          index,
          [Symbol.dispose]() {
            alive--;
          },
        };
      }
    }
    for await (const window of windows(frames(), 1, 1)) expect(window).toHaveLength(3);
    expect([alive, aliveMax]).toEqual([0, 3]);
  });

  test.each([0, 1, 2, 5, 9])('left at window %i dispose what they hold, once, and end the source', async (left) => {
    const source = sourceOf(10);
    let at = 0;
    for await (const window of windows(source, 2, 1)) {
      expect(window.every(({ disposals }) => disposals === 0)).toBe(true);
      if (at++ === left) break;
    }
    expect(source.made.length).toBe(Math.min(10, left + 2));
    expect(source.made.every(({ disposals }) => disposals === 1)).toBe(true);
    // At the last window the source has said already that there is no more.
    expect(source.ends).toBe(left < 9 ? 1 : 0);
  });

  test('fail as the source fails, and dispose what they hold', async () => {
    const failure = new Error('no more film');
    for (const count of [0, 1, 2, 5]) {
      const source = sourceOf(count, { failure });
      const got: number[][] = [];
      const run = (async () => {
        for await (const window of windows(source, 1, 1)) got.push(indices(window));
      })();
      await expect(run).rejects.toBe(failure);
      expect(got).toEqual(expected(count, 1, 1).slice(0, Math.max(0, count - 1)));
      expect(source.made.every(({ disposals }) => disposals === 1)).toBe(true);
      expect(source.ends).toBe(0);
    }
  });

  test('dispose everything even if one of them throws at it, and say so', async () => {
    const failure = new Error('stuck');
    const disposed: number[] = [];
    async function* items() {
      for (let index = 0; index < 5; index++) {
        yield {
          [Symbol.dispose]() {
            disposed.push(index);
            if (index === 1) throw failure;
          },
        };
      }
    }
    await expect(collect(windows(items(), 0, 2))).rejects.toBe(failure);
    expect(disposed).toEqual([0, 1, 2, 3]);
    disposed.length = 0;
    const left = (async () => {
      for await (const _ of windows(items(), 0, 2)) break;
    })();
    await expect(left).rejects.toBe(failure);
    expect(disposed).toEqual([0, 1, 2]);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('forbid %d items on a side', (count) => {
    const refused = (argument: string) => expect.objectContaining({ code: 'EINVAL', details: { argument } });
    expect(() => windows(sourceOf(1), count, 0)).toThrow(refused('before'));
    expect(() => windows(sourceOf(1), 0, count)).toThrow(refused('after'));
  });

  test('ask a source to end exactly when it has not ended by itself', async () => {
    const whole = strictSource(nextOf(3));
    await collect(windows(whole.source, 1, 1));
    expect(whole.asked).toEqual({ opened: 1, next: 4, end: 0 });
    const failure = new Error('cut');
    const cut = strictSource(nextOf(3, failure));
    await expect(collect(windows(cut.source, 1, 1))).rejects.toBe(failure);
    expect(cut.asked).toEqual({ opened: 1, next: 4, end: 0 });
    const left = strictSource(nextOf(3));
    for await (const _ of windows(left.source, 1, 1)) break;
    expect(left.asked).toEqual({ opened: 1, next: 2, end: 1 });
  });

  test('take nothing from the source before the first is asked for', async () => {
    const source = sourceOf(3);
    const unused = windows(source, 1, 1);
    await unused.return();
    expect(source.made).toEqual([]);
  });
});
