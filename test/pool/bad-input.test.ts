/** Bad input to spaces, buffers, pools and calls: each is told what is wrong with it, and nothing is left behind. */
import { type FencelineError, Space, workers } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { accounting, expectAgents } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import type kernels from './jobs.kernels.ts';
import { jobsModule, withJobs } from './jobs-pool.ts';

function built(name: string): URL {
  return new URL(`../../build/test/pool/bad/${name}.kernels.js`, import.meta.url);
}

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

describe('a space', () => {
  test.each([
    [{ budgetBytes: 0 }, /budgetBytes \(0\)/],
    [{ budgetBytes: -1 }, /budgetBytes \(-1\)/],
    [{ budgetBytes: 1.5 }, /budgetBytes \(1.5\)/],
    [{ patienceMs: -1 }, /patience \(-1 ms\)/],
    [{ patienceMs: Number.NaN }, /patience \(NaN ms\)/],
    [{ limits: { jobs: 0 } }, /limit jobs \(0\).*1 to 16384/],
    [{ limits: { agents: 63 } }, /limit agents \(63\).*1 to 62/],
    [{ heaps: [{ name: 'system', sizeBytes: 64 }] }, /'system' is named twice/],
    [{ heaps: [{ name: 'a', sizeBytes: 0 }] }, /sizeBytes \(0\)/],
    [{ heaps: Array.from({ length: 8 }, (_, at) => ({ name: `h${at}`, sizeBytes: 4096 })) }, /number of heaps \(9\)/],
  ])('refuses %j', (options, sentence) => {
    expect(() => Space.create(options)).toThrow(sentence);
  });
});

describe('a buffer', () => {
  test('forbids sizes of zero, negative, fractional, infinite, and beyond the heap', () =>
    withSpace({ budgetBytes: 4096 }, async (space) => {
      for (const dim of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => space.buffer('u8', [4, dim])).toThrow(new RegExp(`The dimension ${dim} `));
      }
      expect(() => space.buffer('u8', [4097])).toThrow(/4097 bytes.*4096/);
      expect(() => space.buffer('f64', [513])).toThrow(/4104 bytes/);
      expect(() => space.buffer('u8', [2 ** 40, 2 ** 40])).toThrow(/more than/);
      expect(() => space.buffer('u9' as 'u8', [4])).toThrow(/u9/);
      expect(() => space.buffer('u8', 7 as unknown as [number])).toThrow(/shape/);
      expect(() => space.buffer('u8', [4], { heaps: ['gpu'] })).toThrow(/no heap 'gpu'/);
      using all = space.buffer('u8', [4096]);
      await all.get();
    }));

  test('forbids data of another length or kind, and rows that are not there', () =>
    withSpace({}, async (space) => {
      using big = space.buffer('i64', [2]);
      expect((await errorOf(big.set([1n]))).message).toMatch(/1 elements.*\(2\)/);
      const wrong = await errorOf(big.set([1, 2] as unknown as bigint[]));
      expect([wrong.code, wrong.message]).toEqual(['EINVAL', expect.stringMatching(/i64/)]);
      await big.set([1n, 2n]);
      using rows = space.buffer('u8', [4, 2]);
      for (const [from, to] of [
        [-1, 2],
        [2, 2],
        [3, 2],
        [0, 5],
        [0.5, 2],
      ] as const) {
        expect(() => rows.rows(from, to)).toThrow(/not within.*0 to 4/);
      }
      using scalar = space.buffer('f32', []);
      expect(() => scalar.rows(0, 1)).toThrow(/no rows/);
      await scalar.set([0.5]);
      expect([...(await scalar.get())]).toEqual([0.5]);
    }));

  test('forbids everything after it was disposed of', () =>
    withSpace({}, async (space) => {
      const buffer = space.buffer('u8', [4], { label: 'gone' });
      buffer.dispose();
      for (const work of [buffer.get(), buffer.set([1, 2, 3, 4]), buffer.map('read')]) {
        expect((await errorOf(work)).message).toMatch(/'gone' is disposed/);
      }
      for (const call of [
        () => buffer.mapSync('read'),
        () => buffer.rows(0, 1),
        () => buffer.like(),
        () => buffer.give(),
      ]) {
        expect(call).toThrow(/'gone' is disposed/);
      }
    }));
});

describe('a call', () => {
  test('is checked where it is made, and a refused one leaves nothing', () =>
    withJobs({}, async (space, { run }) => {
      const other = Space.create({ budgetBytes: 4096 });
      using a = space.buffer('i32', [4], { label: 'a' });
      using b = space.buffer('i32', [5], { label: 'b' });
      using wide = space.buffer('i32', [4, 1]);
      using floats = space.buffer('f32', [4]);
      using foreign = other.buffer('i32', [4], { label: 'foreign' });
      const gone = space.buffer('i32', [4], { label: 'gone' });
      gone.dispose();
      const wrong: [() => unknown, RegExp][] = [
        [() => run.copy({ src: a, dst: b }), /dst\.n is 5 but src\.n is 4/],
        [() => run.copy({ src: a, dst: a }), /passed to copy twice.*one of them writes/],
        [() => run.sum({ src: wide as never }), /rank is 2/],
        [() => run.sum({ src: floats as never }), /f32, but i32/],
        [() => run.sum({ src: foreign }), /'foreign' is of another space/],
        [() => run.sum({ src: gone }), /'gone' is disposed/],
        [() => run.sum({} as never), /src is missing/],
        [() => run.sum({ src: a, extra: 1 } as never), /extra is unknown/],
        [() => run.sum(undefined as never), /not a record/],
        [() => run.sum({ src: 7 as never }), /src \(number\).*not a buffer/],
        [() => run.sumMany({ all: a as never }), /not a list/],
        [() => run.sumMany({ all: [a, gone] }), /'gone' is disposed/],
        [() => run.add({ dst: a, by: 0.5 }), /by/],
        [() => run.add({ dst: a, by: 'x' as never }), /by/],
        [() => run.echo({ it: () => 1, f: 0, d: 0, i: 0, u: 0, is: false }), /function/],
        [() => run.fill({ dst: a, with: 1 }, { retries: -1 }), /retries \(-1\)/],
        [() => run.fill({ dst: a, with: 1 }, { after: {} as never }), /not a fence|not iterable/],
        [() => run.fill({ dst: a, with: 1 }, { after: [7 as never] }), /not a fence/],
        [() => run.fill({ dst: a, with: 1 }, { priority: 0.5 }), /priority \(0.5\)/],
        [() => (run as unknown as { nope(args: object): unknown }).nope({}), /no kernel 'nope': they serve fill, add/],
      ];
      for (const [call, sentence] of wrong) expect(call, String(sentence)).toThrow(sentence);
      expect(accounting(space)).toMatchObject({ jobs: 0, chunks: 0, blocks: 0, tickets: 0, locks: 0 });
      await a.get();
      await other.close();
    }));

  test('names more buffers than a job may have, by the limit', () =>
    withJobs({}, async (space, { run }) => {
      const all = Array.from({ length: 65 }, () => space.buffer('i32', [1]));
      expect(() => run.sumMany({ all })).toThrow(/65 buffers.*\(64\)/);
      expect(await run.sumMany({ all: all.slice(0, 64) }).wait()).toHaveLength(64);
      for (const one of all) one.dispose();
    }));

  test('whose arguments do not fit the chunks is refused, and nothing is kept of it', () =>
    withJobs({ limits: { chunks: 8, jobs: 8, buffers: 8 } }, async (space, { run }) => {
      const it = 'x'.repeat(20_000);
      expect(() => run.echo({ it, f: 0, d: 0, i: 0, u: 0, is: false })).toThrow(/chunks \(8\)/);
      expect(accounting(space)).toMatchObject({ jobs: 0, chunks: 0 });
      expect((await run.echo({ it: 'y'.repeat(900), f: 0, d: 0, i: 0, u: 0, is: false }).wait()).is).toBe(false);
    }));
});

describe('a pool', () => {
  test.each([
    ['throws', 'EINVAL', /the model file is missing/],
    ['silent', 'EINVAL', /does not call serve/],
    ['exits', 'EINVAL', /stopped before it was ready/],
    ['late', 'EINVAL', /no such weights/],
    ['absent', 'EINVAL', /Cannot find module|ERR_MODULE_NOT_FOUND/],
  ])('whose module %s is refused with why', (name, code, sentence) =>
    withSpace({}, async (space) => {
      const error = await errorOf(workers(space, built(name), { count: 2 }));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(sentence)]);
      await expectAgents(space, 1);
      // Its place is free again: there are 16.
      for (let round = 0; round < 17; round++) {
        await expect(workers(space, () => ({ postMessage: 1 }) as never, { count: 1 })).rejects.toThrow(/not a Worker/);
      }
      await expectAgents(space, 1);
    }),
  );

  test('of a module with other kernels than its type says which it has', () =>
    withSpace({}, async (space) => {
      const pool = await workers<typeof kernels>(space, built('other'), { count: 1 });
      using dst = space.buffer('i32', [4]);
      expect(() => pool.run.fill({ dst, with: 1 })).toThrow(/no kernel 'fill': they serve blur/);
      await pool.close();
    }));

  test('of no workers, of part of one, or of more than there are places is refused', () =>
    withSpace({ limits: { agents: 3 } }, async (space) => {
      for (const count of [0, -1, 1.5, 3, 1000]) {
        expect((await errorOf(workers(space, jobsModule, { count }))).message).toMatch(
          `(${count}) is not a whole number from 1 to 2`,
        );
      }
      const first = await workers(space, jobsModule, { count: 2 });
      expect((await errorOf(workers(space, jobsModule, { count: 1 }))).code).toBe('ENOSPC');
      await first.close();
      const again = await workers(space, jobsModule, { count: 2 });
      await again.close();
    }));
});
