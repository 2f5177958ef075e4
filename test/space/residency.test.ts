/** Memory that is short: what nobody uses makes room for what somebody needs, comes back whole, and stays where it is pinned. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FencelineError, type SharedBuffer, Space } from 'fenceline';
import { afterAll, describe, expect, test } from 'vitest';
import { accounting } from './accounting.ts';
import { withSpace } from './with-space.ts';

const KiB = 1024;
const folder = mkdtempSync(join(tmpdir(), 'fenceline-swap-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

/** Buffers of 4 KiB, each filled with its number. */
async function filled(space: Space, count: number): Promise<SharedBuffer<'u32', readonly [number]>[]> {
  const buffers = Array.from({ length: count }, (_, at) => space.buffer('u32', [KiB], { label: `b${at}` }));
  for (const [at, buffer] of buffers.entries()) await buffer.set(new Uint32Array(KiB).fill(at + 1));
  return buffers as unknown as SharedBuffer<'u32', readonly [number]>[];
}

async function expectFilled(buffers: readonly SharedBuffer<'u32', readonly [number]>[]): Promise<void> {
  for (const [at, buffer] of buffers.entries()) {
    expect((await buffer.get()).every((word) => word === at + 1)).toBe(true);
  }
}

const stores = [
  ['memory', {}],
  ['a file', { file: join(folder, 'swap') }],
] as const;

describe.each(stores)('swapping out to %s', (name, where) => {
  const options = { budgetBytes: 16 * KiB, swap: { sizeBytes: 64 * KiB, ...where }, patienceMs: 300 };

  test('three times the budget goes through, and every byte comes back', () =>
    withSpace(options, async (space) => {
      const buffers = await filled(space, 12);
      expect(buffers.filter((buffer) => buffer.isIn('system')).length).toBe(4);
      expect(buffers.filter((buffer) => buffer.isIn('swap')).length).toBe(8);
      await expectFilled(buffers);
      await expectFilled(buffers.toReversed().toReversed());
      for (const buffer of buffers) buffer.dispose();
      expect(accounting(space)).toMatchObject({ buffers: 0, usedBytes: 0 });
    }));

  test('lower priority goes first, then what was used longest ago', () =>
    withSpace(options, async (space) => {
      const buffers = await filled(space, 4);
      const [first, second, third] = buffers as unknown as [SharedBuffer, SharedBuffer, SharedBuffer];
      await first.get();
      third.priority = -1;
      using more = space.buffer('u32', [KiB]);
      await more.set(new Uint32Array(KiB));
      expect([first, second, third].map((buffer) => buffer.isIn('system'))).toEqual([true, true, false]);
      using most = space.buffer('u32', [KiB], { priority: 2 });
      second.priority = -0.5;
      await most.set(new Uint32Array(KiB));
      expect([first, second].map((buffer) => buffer.isIn('system'))).toEqual([true, false]);
      using alike = most.like();
      expect([most.priority, alike.priority, third.priority]).toEqual([2, 2, -1]);
      most.priority = 0.5;
      expect(most.priority).toBe(0.5);
      third.priority = -0.25;
      second.priority = -0.5;
      expect(() => Object.assign(most, { priority: Number.NaN })).toThrow(/priority \(NaN\)/);
      for (const buffer of buffers) buffer.dispose();
    }));

  test('a transaction evicts for what it reads, edits and places', () =>
    withSpace(options, async (space) => {
      const buffers = await filled(space, 6);
      const [a, b] = buffers as unknown as [SharedBuffer<'u32'>, SharedBuffer<'u32'>];
      await space.transaction(async (tx) => {
        const [from, to] = [await tx.edit(a), await tx.edit(b)];
        from.data[0] = 41;
        to.data[0] = 42;
      });
      space.transactionSync((tx) => {
        expect([tx.read(a).data[0], tx.read(b).data[0]]).toEqual([41, 42]);
      });
      const last = buffers[5] as SharedBuffer<'u32'>;
      await space.transaction((tx) => tx.place(last, ['system']));
      expect(last.isIn('system')).toBe(true);
      for (const buffer of buffers) buffer.dispose();
    }));

  test('what no longer fits anywhere is refused, with the names of who keeps it, and nothing is lost', () =>
    withSpace({ ...options, swap: { ...options.swap, sizeBytes: 4 * KiB } }, async (space) => {
      const buffers = await filled(space, 5);
      using more = space.buffer('u32', [KiB], { label: 'more' });
      const error = await errorOf(more.set(new Uint32Array(KiB)));
      expect([error.code, error.message]).toEqual(['ENOMEM', expect.stringMatching(/4096 bytes.*300 ms/)]);
      await expectFilled(buffers);
      buffers[0]?.dispose();
      await more.set(new Uint32Array(KiB));
      for (const buffer of buffers) buffer.dispose();
    }));

  test('a lowered budget evicts what nobody uses, at once', () =>
    withSpace(options, async (space) => {
      const buffers = await filled(space, 4);
      const mapping = await (buffers[0] as SharedBuffer<'u32'>).map('read');
      space.budgetBytes = 8 * KiB;
      expect(buffers.map((buffer) => buffer.isIn('system')).filter(Boolean).length).toBe(2);
      expect(buffers[0]?.isIn('system')).toBe(true);
      mapping.dispose();
      await expectFilled(buffers);
      for (const buffer of buffers) buffer.dispose();
    }));

  test('pressure is heard', () =>
    withSpace(options, async (space) => {
      const heard: string[] = [];
      space.on('pressure', ({ heap, usedBytes }) => heard.push(`${heap} ${usedBytes}`));
      const buffers = await filled(space, 6);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(heard.length).toBeGreaterThan(0);
      expect(new Set(heard)).toEqual(new Set(['system 16384']));
      for (const buffer of buffers) buffer.dispose();
    }));

  test(`evicted whenever something is needed, into ${name}, and freed memory is poisoned: the bytes are right all the same`, () =>
    withSpace({ ...options, debug: { evict: 'always', poison: true } }, async (space) => {
      const buffers = await filled(space, 6);
      for (let round = 0; round < 3; round++) await expectFilled(buffers);
      await space.transaction(async (tx) => {
        const view = await tx.edit(buffers[0] as SharedBuffer<'u32'>);
        view.data[1] = 9;
      });
      expect([...(await (buffers[0] as SharedBuffer<'u32'>).get()).subarray(0, 3)]).toEqual([1, 9, 1]);
      for (const buffer of buffers) buffer.dispose();
    }));
});

describe('pins', () => {
  const options = {
    budgetBytes: 16 * KiB,
    swap: { sizeBytes: 64 * KiB },
    heaps: [{ name: 'side', sizeBytes: 8 * KiB }],
  };

  test('what is pinned stays, is named when memory is short, and may go when the pin is disposed of', () =>
    withSpace({ ...options, patienceMs: 100 }, async (space) => {
      const buffers = await filled(space, 4);
      const pins = await Promise.all(buffers.map((buffer) => buffer.pin('system')));
      using more = space.buffer('u32', [KiB]);
      const error = await errorOf(more.set(new Uint32Array(KiB)));
      expect(error.details).toMatchObject({
        heap: 'system',
        pinned: [{ by: 'a pin of agent 0 (this thread)' }, {}, {}, {}],
      });
      expect((await errorOf(space.transaction((tx) => tx.place(buffers[0] as SharedBuffer, ['side'])))).code).toBe(
        'EBUSY',
      );
      expect((await errorOf(space.transaction((tx) => tx.edit(buffers[0] as SharedBuffer)))).code).toBe('EBUSY');
      pins[2]?.[Symbol.dispose]();
      pins[2]?.[Symbol.dispose]();
      await more.set(new Uint32Array(KiB));
      expect(buffers.map((buffer) => buffer.isIn('system'))).toEqual([true, true, false, true]);
      for (const pin of pins) pin[Symbol.dispose]();
      await expectFilled(buffers);
      for (const buffer of buffers) buffer.dispose();
    }));

  test('a buffer is brought to the heap that it is pinned in, twice over, and kept after it was disposed of', () =>
    withSpace(options, async (space) => {
      const buffer = space.buffer('u32', [KiB]);
      await buffer.set(new Uint32Array(KiB).fill(5));
      const one = await buffer.pin('side');
      const two = await buffer.pin('side');
      one[Symbol.dispose]();
      expect(buffer.isIn('side')).toBe(true);
      expect((await errorOf(buffer.pin('system'))).code).toBe('EBUSY');
      expect((await errorOf(buffer.pin('nowhere'))).code).toBe('ENOENT');
      expect((await errorOf(buffer.pin('swap'))).code).toBe('EINVAL');
      expect((await buffer.get())[7]).toBe(5);
      buffer.dispose();
      expect(accounting(space).buffers).toBe(1);
      two[Symbol.dispose]();
      expect(accounting(space)).toMatchObject({ buffers: 0 });
    }));
});

describe('lists of heaps', () => {
  const heaps = [{ name: 'fast', sizeBytes: 8 * KiB }];

  test('the first heap with room is taken, and who is evicted goes to the next', () =>
    withSpace({ budgetBytes: 64 * KiB, heaps }, async (space) => {
      const wanted = { heaps: ['fast', 'system'] };
      const made = [0, 1, 2].map((at) => space.buffer('u32', [KiB], { ...wanted, label: `f${at}` }));
      for (const buffer of made) await buffer.set(new Uint32Array(KiB).fill(3));
      expect(made.map((buffer) => buffer.isIn('fast'))).toEqual([true, true, false]);
      // Only 'fast' will do: one of the two has to leave it, for system.
      using only = space.buffer('u32', [KiB], { heaps: ['fast'] });
      await only.set(new Uint32Array(KiB));
      expect([...made, only].map((buffer) => buffer.isIn('fast'))).toEqual([false, true, false, true]);
      expect((await made[0]?.get())?.[9]).toBe(3);
      // What may stay is moved to the better heap as soon as there is room.
      only.dispose();
      await space.transaction((tx) => tx.place(made[0] as SharedBuffer, ['fast', 'system']));
      expect(made[0]?.isIn('fast')).toBe(true);
      for (const buffer of made) buffer.dispose();
    }));

  test('a view that a transaction was given ends when it moves the buffer', () =>
    withSpace({ budgetBytes: 64 * KiB, heaps }, async (space) => {
      using buffer = space.buffer('u32', [KiB], { heaps: ['fast', 'system'] });
      await buffer.set(new Uint32Array(KiB).fill(5));
      await space.transaction(async (tx) => {
        const [before, draft] = [await tx.read(buffer), await tx.edit(buffer)];
        await tx.place(buffer, ['system']);
        expect(() => before.data).toThrow(/view of .* is over/);
        draft.data[1] = 6;
      });
      expect((await buffer.get()).subarray(0, 3)).toEqual(Uint32Array.of(5, 6, 5));
    }));

  test('room in pieces is put together: who is between them moves, and nobody has to leave', () =>
    withSpace({ heaps, patienceMs: 200 }, async (space) => {
      const made = [1, 2, 3, 4].map((value) => ({ value, buffer: space.buffer('u32', [512], { heaps: ['fast'] }) }));
      for (const { value, buffer } of made) await buffer.set(new Uint32Array(512).fill(value));
      const [a, b, c, d] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0], (typeof made)[0]];
      a.buffer.dispose();
      c.buffer.dispose();
      using wide = space.buffer('u32', [KiB], { heaps: ['fast'] });
      await wide.set(new Uint32Array(KiB).fill(9));
      expect([b, d].map(({ buffer }) => buffer.isIn('fast'))).toEqual([true, true]);
      for (const { value, buffer } of [b, d]) expect((await buffer.get()).every((word) => word === value)).toBe(true);
      for (const { buffer } of [b, d]) buffer.dispose();
    }));

  test('lists that cannot be right are refused', () =>
    withSpace({ heaps, swap: { sizeBytes: KiB } }, async (space) => {
      const made = (list: readonly string[]) => () => space.buffer('u8', [1], { heaps: list });
      expect(made(['fast', 'fast'])).toThrow(/'fast' is named twice/);
      expect(made(['swap'])).toThrow(/only takes what is swapped out/);
      expect(made(['slow'])).toThrow(/no heap 'slow'/);
      expect(made(Array(9).fill('fast'))).toThrow(/number of heaps \(9\)/);
    }));
});

describe('a swap file', () => {
  const path = join(folder, 'torn');

  test('that was changed behind our back is noticed: the readers fail, and say why', () =>
    withSpace({ budgetBytes: 8 * KiB, swap: { sizeBytes: 32 * KiB, file: path } }, async (space) => {
      const buffers = await filled(space, 4);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      writeFileSync(path, new Uint8Array(32 * KiB).fill(7));
      const outcomes = await Promise.allSettled(buffers.map((buffer) => buffer.get()));
      const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as FencelineError] : []));
      expect(failed.length).toBe(2);
      for (const error of failed) {
        expect([error.code, (error.cause as FencelineError).code]).toEqual(['EINPUT', 'EIO']);
        expect(error.message).toMatch(/contents of 'b\d' were swapped out, and heap 'swap' did not give back/);
      }
      // Whoever replaces the contents heals them.
      for (const [at, buffer] of buffers.entries()) await buffer.set(new Uint32Array(KiB).fill(at + 1));
      writeFileSync(path, new Uint8Array(0));
      expect(
        (await Promise.allSettled(buffers.map((buffer) => buffer.get()))).map(({ status }) => status).toSorted(),
      ).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
      for (const buffer of buffers) buffer.dispose();
    }));

  test('that cannot be made, or is gone, is said', async () => {
    const nowhere = join(folder, 'no', 'swap');
    expect(() => Space.create({ swap: { sizeBytes: KiB, file: nowhere } })).toThrow(/cannot be made: ENOENT/);
    expect(() => Space.create({ swap: { sizeBytes: KiB, file: '' } })).toThrow(/is not a path/);
    expect(() => Space.create({ swap: { sizeBytes: 0 } })).toThrow(/swap.sizeBytes/);
    expect(() => Space.create({ swap: { sizeBytes: 1 }, heaps: [{ name: 'swap', sizeBytes: 1 }] })).toThrow(
      /named 'swap'/,
    );
    await withSpace(
      { budgetBytes: 8 * KiB, patienceMs: 50, swap: { sizeBytes: 32 * KiB, file: path } },
      async (space) => {
        rmSync(path);
        const buffers = await filled(space, 2);
        using more = space.buffer('u32', [KiB]);
        const error = await errorOf(more.set(new Uint32Array(KiB)));
        expect([error.code, error.message]).toEqual([
          'ENOMEM',
          expect.stringMatching(/swap file refused \d+ writes.*ENOENT/),
        ]);
        await expectFilled(buffers);
        for (const buffer of buffers) buffer.dispose();
      },
    );
  });

  test('goes with the last thread that leaves the space', async () => {
    const space = Space.create({ budgetBytes: 8 * KiB, swap: { sizeBytes: 32 * KiB, file: path } });
    for (const buffer of await filled(space, 4)) buffer.dispose();
    expect(statSync(path).size).toBeGreaterThan(0);
    await space.close();
    expect(() => statSync(path)).toThrow(/ENOENT/);
  });
});
