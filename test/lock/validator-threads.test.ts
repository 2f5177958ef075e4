/** What one thread learns, all know: each half of an inversion in a thread of its own, that is gone before the next begins. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Finding, type Space, workers } from 'fenceline';
import { lockOrder, type WwLock } from 'fenceline/sync';
import { expect, test } from 'vitest';
import type kernels from './validated.kernels.ts';
import { validated } from './validated.ts';

async function takeInThread(space: Space, ...locks: readonly WwLock[]): Promise<Finding[]> {
  const agent = new URL('../../build/test/lock/orders.agent.js', import.meta.url);
  const worker = new Worker(agent, { workerData: { handle: space.handle, locks: locks.map(({ handle }) => handle) } });
  const [[findings]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return findings as Finding[];
}

test('the halves of an inversion may be seen in two threads that never met: the second one reports both', () =>
  validated(async ({ space, lock, findings }) => {
    const [a, b] = [lock('A'), lock('B')];
    expect(await takeInThread(space, a, b)).toEqual([]);
    const [finding, ...others] = await takeInThread(space, b, a);
    expect(others).toEqual([]);
    expect(finding?.cycle).toEqual(['B', 'A', 'B']);
    for (const { waitsAt } of finding?.parties ?? expect.fail())
      expect(waitsAt).toMatch(/lock\/orders\.agent\.js:\d+:\d+$/);
    expect(lockOrder(space)).toEqual([
      ['A', 'B'],
      ['B', 'A'],
    ]);
    expect(findings).toEqual([]);
  }));

test('a kernel is on the way to the signal of its job: what it must not do is reported where it runs', () =>
  validated(async ({ space }) => {
    const start = new URL('../../build/test/lock/validated.kernels.js', import.meta.url);
    await using pool = await workers<typeof kernels>(space, start, { count: 1 });
    expect(await pool.run.allocate({ times: 0 }).wait()).toBe('');
    expect(await pool.run.allocate({ times: 2 }).wait()).toBe('order fence reclaim fence');
  }));
