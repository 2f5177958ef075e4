/** What the public shells leave behind when something goes wrong: nothing. */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fence, type FencelineError, type Space, workers } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import type kernels from './shells.kernels.ts';

const kernelsModule = new URL('../../build/test/hardening/shells.kernels.js', import.meta.url);

function thrownBy(call: () => unknown): FencelineError {
  try {
    call();
  } catch (error) {
    return error as FencelineError;
  }
  return expect.fail('It did not throw.');
}

/** Listeners on a signal, and signals that follow it. */
function followersOf(signal: AbortSignal): number {
  const dependants = Object.getOwnPropertySymbols(signal).find((one) => one.description === 'kDependantSignals');
  const following =
    dependants === undefined ? undefined : (Reflect.get(signal, dependants) as Set<unknown> | undefined);
  return getEventListeners(signal, 'abort').length + (following?.size ?? 0);
}

describe('what a dead worker stored', () => {
  test('is given back with its job, also if no word named it yet', () =>
    withSpace({}, async (space) => {
      const pool = await workers<typeof kernels>(space, kernelsModule, { count: 1 });
      using dst = space.buffer('i32', [4]);
      using runs = space.buffer('i32', [1]);
      await runs.set([0]);
      await pool.run.stopWhileStoring({ dst, runs }, { retries: 1 }).wait();
      expect((await dst.get())[0]).toBe(1);
      expect(accounting(space).chunks).toBe(0);
      await pool.close();
    }));
});

describe('a signal that lives long', () => {
  test('keeps nothing of races, copies and transactions that are over', () =>
    withSpace({}, async (space) => {
      const { signal } = new AbortController();
      using buffer = space.buffer('i32', [4]);
      for (let round = 0; round < 5; round++) {
        await Fence.race([space.fence(sleep(1)), space.fence(sleep(2))], { signal });
        await Promise.all([buffer.set([1, 2, 3, 4], { signal }), buffer.get({ signal })]);
        await space.transaction(async (tx) => void (await tx.edit(buffer)), { signal });
      }
      expect(followersOf(signal)).toBe(0);
    }));

  test('keeps no listener of an event that was disposed of', () =>
    withSpace({}, async (space) => {
      const { signal } = new AbortController();
      space.on('crash', () => {}, { signal })[Symbol.dispose]();
      expect(followersOf(signal)).toBe(0);
    }));
});

describe('bad input', () => {
  const cases: readonly [string, string, (space: Space) => unknown][] = [
    ['a fence of what is no promise', 'work', (space) => space.fence(5 as never)],
    ['a fence of nothing', 'work', (space) => space.fence(undefined as never)],
    ['a buffer without a shape', 'shape', (space) => space.buffer('u8', undefined as never)],
    ['an event that does not exist', 'event', (space) => space.on('lost' as never, () => {})],
  ];
  test.each(cases)('%s is refused, and takes no slot', (_, argument, call) =>
    withSpace({}, async (space) => {
      const error = thrownBy(() => call(space));
      expect([error.code, error.details]).toEqual(['EINVAL', { argument }]);
      expect(accounting(space)).toMatchObject({ jobs: 0, buffers: 0 });
    }),
  );

  test('an access that does not exist is refused', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [1]);
      await expect(buffer.map('foo' as never)).rejects.toMatchObject({
        code: 'EINVAL',
        details: { argument: 'access' },
      });
      expect(accounting(space).jobs).toBe(0);
    }));
});
