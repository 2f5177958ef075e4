/** What the public shells leave behind when something goes wrong: nothing. */
import { getEventListeners, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Fence, FencelineError, Space, workers } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { runProgram } from '../space/program.ts';
import { withSpace } from '../space/with-space.ts';
import type refused from './refused.kernels.ts';
import type kernels from './shells.kernels.ts';

const kernelsModule = new URL('../../build/test/hardening/shells.kernels.js', import.meta.url);
const refusedModule = new URL('../../build/test/hardening/refused.kernels.js', import.meta.url);

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

describe('a worker that cannot load its kernels', () => {
  test('has its thread ended, whatever it started, and the others go on', () =>
    withSpace({}, async (space) => {
      const word = new Int32Array(new SharedArrayBuffer(4));
      const threads: Worker[] = [];
      const start = (): Worker => {
        const thread = new Worker(refusedModule, { workerData: word });
        threads.push(thread);
        return thread;
      };
      const pool = await workers<typeof refused>(space, start, { count: 2 });
      Atomics.store(word, 0, 1);
      const isOver = once(threads[1] as Worker, 'exit');
      await expect(pool.ready).rejects.toMatchObject({
        code: 'EINVAL',
        message: expect.stringMatching(/model is not/),
      });
      await isOver;
      await pool.run.nothing({}).wait();
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

describe('errors say what is known', () => {
  test('of a worker that stopped, its number', () =>
    withSpace({}, async (space) => {
      const pool = await workers<typeof kernels>(space, kernelsModule, { count: 1 });
      using dst = space.buffer('i32', [4]);
      using runs = space.buffer('i32', [1]);
      await runs.set([0]);
      const error = pool.run.stopWhileStoring({ dst, runs }).wait();
      await expect(error).rejects.toMatchObject({ code: 'EOWNERDEAD', details: { agent: 'agent 1' } });
      await pool.close({ abort: true });
    }));

  test('of a kernel that took too long, how long it may take', () =>
    withSpace({}, async (space) => {
      const pool = await workers<typeof kernels>(space, kernelsModule, { count: 1 });
      const error = pool.run.takeLong({}).wait();
      await expect(error).rejects.toMatchObject({ code: 'ETIME', details: { waitedMs: 20 } });
      await pool.close({ abort: true });
    }));

  test('of a fence that its own thread let fail, the words and the cause', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'decoder');
      const [first, second] = [line.issue(), line.issue()];
      const cause = new RangeError('bad frame');
      line.fail(first, cause);
      expect(first.error).toMatchObject({ code: 'EKERNEL', message: 'The work of decoder 1 failed: bad frame', cause });
      line.fail(second, new FencelineError('ENODEV', 'The camera is gone.', { device: 'camera' }));
      expect(second.error?.message).toBe('The camera is gone.');
    }));

  test('of an operation whose time is up, that it is over', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('i32', [4]);
      const mapping = await buffer.map('write');
      await expect(buffer.get({ timeoutMs: 10 })).rejects.toThrow(/given up after 10 ms, .* nothing was changed/);
      await expect(space.transaction((tx) => tx.edit(buffer), { timeoutMs: 10 })).rejects.toThrow(
        /given up after 10 ms/,
      );
      mapping.dispose();
    }));

  test('each listener of an event hears it, also after one that throws', async () => {
    const ended = await runProgram(`
      import { Space, workers } from 'fenceline';
      const space = Space.create({ budgetBytes: 1 << 16 });
      const pool = await workers(space, new URL(${JSON.stringify(kernelsModule.href)}), { count: 1 });
      const thrown = new Promise((resolve) => process.on('uncaughtException', resolve));
      const heard = new Promise((resolve) => {
        space.on('unobserved', () => { throw new Error('mine'); });
        space.on('unobserved', resolve);
      });
      const keep = setInterval(() => {}, 1000);
      pool.run.takeLong({});
      console.log((await heard).code, (await thrown).message);
      clearInterval(keep);
      await space.close();`);
    expect(ended).toMatchObject({ status: 0, stdout: 'ETIME mine\n' });
  });
});

describe('heaps', () => {
  const heaps = [{ name: 'side', sizeBytes: 4096 }];

  test('a buffer that is wanted in another heap than its own is moved there', () =>
    withSpace({ heaps }, async (space) => {
      using buffer = space.buffer('i32', [4], { label: 'photo' });
      using there = space.buffer('i32', [4], { heaps: ['side'] });
      await buffer.set([1, 2, 3, 4]);
      await space.transaction((tx) => tx.place(buffer, ['side']));
      expect([buffer.isIn('side'), [...(await buffer.get())]]).toEqual([true, [1, 2, 3, 4]]);
      await space.transaction((tx) => tx.place(buffer, ['system']));
      await space.transaction((tx) => tx.place(there, ['side', 'system']));
      const pool = await workers<typeof kernels>(space, kernelsModule, { count: 1 });
      await pool.run.fillThere({ dst: buffer }).wait();
      expect(buffer.isIn('side')).toBe(true);
      await pool.run.fillThere({ dst: there }).wait();
      await pool.close();
    }));

  test('more than the limit, or larger than their memory can become, are refused', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const large = thrownBy(() => Space.create({ heaps: [{ name: 'wasm', sizeBytes: 3 * 65_536, memory }] }));
    expect([large.code, large.details]).toEqual(['EINVAL', { argument: 'sizeBytes' }]);
    const many = thrownBy(() => Space.create({ heaps, limits: { heaps: 1 } }));
    expect([many.code, many.details]).toEqual(['EINVAL', { argument: 'heaps' }]);
  });
});

describe('where the runtime has no Symbol.dispose', () => {
  test('the methods have the names that bundlers’ code for using falls back to, and none is called undefined', async () => {
    // Symbol's own properties cannot be deleted, so another one stands in.
    const ended = await runProgram(`
      const { dispose, asyncDispose, ...rest } = Object.getOwnPropertyDescriptors(Symbol);
      const original = Symbol;
      globalThis.Symbol = Object.defineProperties((name) => original(name), {
        ...rest, dispose: { value: undefined }, asyncDispose: { value: undefined },
      });
      const { Space, Fence } = await import('fenceline');
      const { timeline } = await import('fenceline/sync');
      const space = Space.create({ budgetBytes: 1 << 16 });
      const buffer = space.buffer('u8', [4]);
      const line = timeline(space, 'line');
      const mapping = await buffer.map('write');
      for (const one of [buffer, mapping, line, space]) console.log('undefined' in one);
      for (const one of [mapping, buffer, line]) one[Symbol.for('Symbol.dispose')]();
      await space[Symbol.for('Symbol.asyncDispose')]();
      try { space.buffer('u8', [1]); } catch (error) { console.log(error.message); }`);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.split('\n').slice(0, 5)).toEqual(['false', 'false', 'false', 'false', 'The space is closed.']);
  });
});

describe('kernels on this thread', () => {
  test('leave timers and messages their turn, however many there are', async () => {
    const ended = await runProgram(`
      delete globalThis.SharedArrayBuffer;
      const { Space, workers, kernel, serve, update } = await import('fenceline');
      const space = Space.create({ budgetBytes: 1 << 16 });
      const spin = kernel({ dst: update('i32', ['n']) }, () => {
        const end = performance.now() + 2;
        while (performance.now() < end);
      });
      const pool = await workers(space, new URL('file:///nowhere.js'), { inline: async () => ({ default: serve({ spin }) }) });
      const dst = space.buffer('i32', [1]);
      let ticks = 0;
      const ticker = setInterval(() => ticks++, 1);
      let last;
      for (let round = 0; round < 100; round++) last = pool.run.spin({ dst });
      await last.wait();
      clearInterval(ticker);
      console.log(ticks > 5 ? 'had its turn' : ticks);
      dst.dispose();
      await space.close();`);
    expect(ended).toMatchObject({ status: 0, stdout: 'had its turn\n' });
  });
});
