/** Memory: taken at first use, in order of submission, given back exactly, and refused with the names of who holds it. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FencelineError, type SharedBuffer, Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { accounting } from './accounting.ts';
import { withSpace } from './with-space.ts';

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

describe('taking memory', () => {
  test('a buffer takes a slot when it is made, and memory when it is used', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('f64', [1000]);
      expect(accounting(space)).toMatchObject({ buffers: 1, usedBytes: 0, blocks: 0 });
      expect(buffer.isIn('system')).toBe(false);
      await buffer.set(new Float64Array(1000));
      expect(accounting(space)).toMatchObject({ buffers: 1, usedBytes: 8000, blocks: 1 });
      expect(buffer.isIn('system')).toBe(true);
    }));

  test('what was never written is zero, also in memory that others used before', () =>
    withSpace({ budgetBytes: 4096 }, async (space) => {
      for (let round = 0; round < 3; round++) {
        using used = space.buffer('u8', [4096]);
        await used.set(new Uint8Array(4096).fill(255));
        used.dispose();
        using fresh = space.buffer('u8', [4096]);
        expect((await fresh.get()).every((one) => one === 0)).toBe(true);
      }
    }));

  test.each([1, 2])('more work than fits goes through, by %i workers; by one, in order of submission', (count) =>
    withJobs({ count, budgetBytes: 16_384, patienceMs: 20_000 }, async (space, { run }) => {
      using meter = space.buffer('i32', [64]);
      const order: number[] = [];
      const jobs = Array.from({ length: 24 }, (_, number) => {
        using big = space.buffer('i32', [1500]);
        const job = run.fill({ dst: big, with: number });
        job.onSettled(() => order.push(number));
        return run.sum({ src: big });
      });
      const sums = await Promise.all(jobs.map((job) => job.wait()));
      expect(sums).toEqual(sums.map((_, number) => number * 1500));
      await expect.poll(() => order.length, { timeout: 20_000 }).toBe(24);
      // Two fit at once. With two workers nothing is said: while the system lets one of them rest, the other goes on.
      const overtaken = order.map((number, place) => Math.abs(place - number));
      if (count === 1) expect(Math.max(...overtaken)).toBeLessThanOrEqual(4);
      expect(meter.isIn('system')).toBe(false);
    }),
  );

  test('a small request does not overtake a large one that waits', () =>
    withSpace({ budgetBytes: 8192 }, async (space) => {
      const held = space.buffer('u8', [6144]);
      await held.set(new Uint8Array(6144));
      const order: string[] = [];
      using large = space.buffer('u8', [4096]);
      using small = space.buffer('u8', [1024]);
      const waiting = [
        large.set(new Uint8Array(4096)).then(() => order.push('large')),
        small.set(new Uint8Array(1024)).then(() => order.push('small')),
      ];
      await sleep(30);
      expect(order).toEqual([]);
      held.dispose();
      await Promise.all(waiting);
      expect(order).toEqual(['large', 'small']);
    }));
});

describe('running out', () => {
  test('a request fails when nobody frees any for as long as the space is patient, and says who holds it', () =>
    withJobs({ budgetBytes: 8192, patienceMs: 150 }, async (space, { run }) => {
      using held = space.buffer('u8', [6144], { label: 'frames' });
      await held.set(new Uint8Array(6144));
      using wide = space.buffer('i32', [1000], { label: 'wide' });
      const began = performance.now();
      const error = await errorOf(run.fill({ dst: wide, with: 1 }).wait());
      expect(performance.now() - began).toBeGreaterThan(140);
      expect(error.code).toBe('ENOMEM');
      expect(error.message).toMatch(/4000 bytes.*150 ms.*frames \(6144 bytes\)/);
      expect(error.details).toMatchObject({
        askedBytes: 4000,
        heap: 'system',
        pinned: [{ label: 'frames', bytes: 6144 }],
      });
      for (const failing of [wide.set(new Int32Array(1000)), wide.get(), wide.map('write')]) {
        expect((await errorOf(failing)).code).toMatch(/ENOMEM|EINPUT/);
      }
      held.dispose();
      run.fill({ dst: wide, with: 2 });
      expect((await wide.get())[999]).toBe(2);
    }));

  test('a synchronous mapping is as patient, though it blocks its thread', () =>
    withSpace({ budgetBytes: 8192, patienceMs: 80 }, async (space) => {
      using held = space.buffer('u8', [8000]);
      await held.set(new Uint8Array(8000));
      using wide = space.buffer('i32', [1000]);
      expect(() => wide.mapSync('write')).toThrow(/no room for 4000 bytes/);
      held.dispose();
      using map = wide.mapSync('write');
      map.dispose();
    }));

  test('waitSync does not wait for ever for a job that waits for memory', () =>
    withJobs({ budgetBytes: 8192, patienceMs: 80 }, async (space, { run }) => {
      using held = space.buffer('u8', [8000]);
      await held.set(new Uint8Array(8000));
      using wide = space.buffer('i32', [1000]);
      expect(() => run.fill({ dst: wide, with: 1 }).waitSync({ timeoutMs: 20_000 })).toThrow(/no room/);
    }));

  test('a request that waited for a lock first still fails in time', () =>
    withSpace({ budgetBytes: 8192, patienceMs: 80 }, async (space) => {
      using held = space.buffer('u8', [8000]);
      await held.set(new Uint8Array(8000));
      using wide = space.buffer('i32', [1000]);
      let failing: Promise<FencelineError> | undefined;
      await space.transaction(async (tx) => {
        await tx.lock(wide);
        failing = errorOf(wide.set(new Int32Array(1000)));
        await sleep(20);
      });
      expect((await failing)?.code).toBe('ENOMEM');
    }));

  test('a cancelled job needs no memory to end', () =>
    withJobs({ budgetBytes: 8192, patienceMs: 25_000 }, async (space, { run }) => {
      using held = space.buffer('u8', [8000]);
      await held.set(new Uint8Array(8000));
      using wide = space.buffer('i32', [1000]);
      const job = run.fill({ dst: wide, with: 1 });
      await sleep(20);
      job.cancel();
      expect(await job.settled({ timeoutMs: 20_000 })).toMatchObject({
        status: 'failed',
        error: { code: 'ECANCELED' },
      });
    }));

  test('a wait for memory that is given up leaves nothing behind', () =>
    withSpace({ budgetBytes: 8192 }, async (space) => {
      using held = space.buffer('u8', [8000]);
      await held.set(new Uint8Array(8000));
      using wide = space.buffer('i32', [1000]);
      expect((await errorOf(wide.set(new Int32Array(1000), { timeoutMs: 20 }))).code).toBe('ETIME');
      const stop = new AbortController();
      const stopped = errorOf(wide.get({ signal: stop.signal }) as Promise<unknown>);
      stop.abort(new Error('no more'));
      expect((await stopped).message).toBe('no more');
      const draft = errorOf(space.transaction((tx) => tx.edit(wide), { timeoutMs: 30 }));
      expect((await draft).code).toBe('ETIME');
      expect(accounting(space)).toMatchObject({ jobs: 0, tickets: 0, locks: 0, usedBytes: 8000 });
    }));

  test('running out of slots names the limit, and nothing is lost', () =>
    withSpace({ limits: { buffers: 4, jobs: 3, chunks: 4 } }, async (space) => {
      const buffers: SharedBuffer[] = Array.from({ length: 4 }, () => space.buffer('u8', [8]));
      expect(() => space.buffer('u8', [8])).toThrow(/buffers \(4\)/);
      const maps = await Promise.all(buffers.slice(0, 3).map((buffer) => buffer.map('update')));
      expect((await errorOf(buffers[3]?.map('read') as Promise<unknown>)).message).toMatch(/job slots \(3\)/);
      for (const map of maps) map.dispose();
      await buffers[3]?.get();
      for (const buffer of buffers) buffer.dispose();
      using again = space.buffer('u8', [8]);
      await again.get();
    }));

  test('a budget that is raised lets what waits go on; a lowered one lets nothing new in', () =>
    withSpace({ budgetBytes: 4096, patienceMs: 5000 }, async (space) => {
      using a = space.buffer('u8', [4096]);
      await a.set(new Uint8Array(4096));
      using b = space.buffer('u8', [4096]);
      const waiting = b.set(new Uint8Array(4096));
      space.budgetBytes = 8192;
      await waiting;
      expect(space.budgetBytes).toBe(8192);
      space.budgetBytes = 1024;
      expect(() => space.buffer('u8', [2048])).toThrow(/1024/);
      for (const bytes of [0, -1, 1.5, Number.NaN]) expect(() => (space.budgetBytes = bytes)).toThrow(/budgetBytes/);
    }));
});

describe('giving back', () => {
  test('windows count as references, and each is dropped once', () =>
    withSpace({}, async (space) => {
      const whole = space.buffer('u8', [8, 8]);
      await whole.set(new Uint8Array(64).fill(3));
      const window = whole.rows(2, 4);
      whole.dispose();
      whole.dispose();
      expect(() => whole.handle).not.toThrow();
      expect((await window.get()).length).toBe(16);
      expect(accounting(space).usedBytes).toBe(64);
      window.dispose();
    }));

  test('a mapping keeps the memory of a buffer that was disposed of', () =>
    withSpace({}, async (space) => {
      const buffer = space.buffer('i32', [4]);
      const map = await buffer.map('write');
      buffer.dispose();
      map.data.fill(5);
      expect([...map.data]).toEqual([5, 5, 5, 5]);
      expect(accounting(space).usedBytes).toBe(64);
      map.dispose();
      map.dispose();
      expect(() => map.data).toThrow(/is over/);
    }));

  test('memory of many sizes comes back in one piece', async () => {
    const seed = Date.now() % 100_000;
    let state = seed;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * limit);
    };
    await withSpace({ budgetBytes: 2 ** 20, patienceMs: 50 }, async (space) => {
      const open: SharedBuffer[] = [];
      for (let step = 0; step < 400; step++) {
        if (open.length > 20 || (open.length > 0 && random(3) === 0)) open.splice(random(open.length), 1)[0]?.dispose();
        else {
          const buffer = space.buffer('u8', [1 + random(40_000)]);
          open.push(buffer);
          await buffer.get();
        }
      }
      for (const buffer of open) buffer.dispose();
    }).catch((error: unknown) => expect.fail(`seed ${seed}: ${String(error)}`));
  });

  test('a buffer that nobody disposed of is given back when it is collected, with a warning', () => {
    const program = `
      import { Space } from 'fenceline';
      const space = Space.create({ budgetBytes: 1 << 20 });
      const make = async () => { const buffer = space.buffer('u8', [4096], { label: 'lost' }); await buffer.get(); };
      await make();
      for (let round = 0; round < 300 && !/system: 0 of/.test(space.describe()); round++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(space.describe().split('\\n')[1].trim().split(' used')[0]);
      await space.close();`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--expose-gc', '--input-type=module', '--eval', program],
      { encoding: 'utf8', timeout: 20_000, cwd: new URL('../..', import.meta.url) },
    );
    expect(stderr).toBe("fenceline: buffer 'lost' was collected without dispose(); its memory is given back now.\n");
    expect(stdout).toMatch(/^heap system: 0 of/);
    expect(status).toBe(0);
  });

  test('the ambient space is one per realm, and another once it was closed', async () => {
    const ambient = Space.ambient();
    expect(Space.ambient()).toBe(ambient);
    await ambient.close();
    expect(Space.ambient()).not.toBe(ambient);
    await Space.ambient().close();
  });
});
