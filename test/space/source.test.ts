/** Buffers that can be filled again: filled when they are needed, dropped for nothing, right whoever wrote to them, and honest when it fails. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FencelineError, SharedBuffer, Space } from 'fenceline';
import { implicit } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { smallLimits, withSpace } from './with-space.ts';

const KiB = 1024;
const tight = { budgetBytes: 16 * KiB, patienceMs: 2000 };

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

/** Layers of 4 KiB that hold their number; how often each was filled. */
function layersOf(space: Space, count: number) {
  const filled = Array.from({ length: count }, () => 0);
  const layers = filled.map((_, at) =>
    space.buffer('u32', [KiB], {
      label: `layer ${at}`,
      source: async ({ data }) => {
        await new Promise((resolve) => setTimeout(resolve, at % 2));
        filled[at] = (filled[at] ?? 0) + 1;
        data.fill(at + 1);
      },
    }),
  );
  return { filled, layers };
}

describe('a source', () => {
  test('fills its buffer when it is needed first, and again after it was evicted; nothing is swapped', () =>
    withSpace(tight, async (space) => {
      const { filled, layers } = layersOf(space, 10);
      expect(filled.every((count) => count === 0)).toBe(true);
      for (let round = 0; round < 3; round++) {
        for (const [at, layer] of layers.entries()) expect((await layer.get())[99]).toBe(at + 1);
      }
      // Each at first, and then those that had to go meanwhile.
      expect(filled.every((count) => count >= 1 && count <= 3)).toBe(true);
      expect(filled.reduce((sum, count) => sum + count)).toBeGreaterThan(15);
      expect(layers.filter((layer) => layer.isIn('system')).length).toBe(4);
      for (const layer of layers) layer.dispose();
    }));

  test('serves transactions, kernels on other threads, and several that ask at once', () =>
    withJobs(tight, async (space, { run }) => {
      const { filled, layers } = layersOf(space, 8);
      const words = layers as unknown as SharedBuffer<'i32', readonly [number]>[];
      const signed = space.buffer('i32', [16], { source: ({ data }) => void data.fill(3) });
      expect(await Promise.all([run.sum({ src: signed }).wait(), run.sum({ src: signed }).wait()])).toEqual([48, 48]);
      await space.transaction(async (tx) => {
        for (const at of [1, 2]) expect((await tx.read(layers[at] as SharedBuffer<'u32'>)).data[0]).toBe(at + 1);
      });
      expect([filled[1], filled[2]]).toEqual([1, 1]);
      expect(await Promise.all(words.map(async (layer) => (await layer.get())[5]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      for (const layer of layers) layer.dispose();
      signed.dispose();
    }));

  test('is not asked once others wrote: what they wrote is swapped like any other contents', () =>
    withSpace({ ...tight, swap: { sizeBytes: 64 * KiB } }, async (space) => {
      const { filled, layers } = layersOf(space, 8);
      const [updated, replaced, edited] = layers as [(typeof layers)[0], (typeof layers)[0], (typeof layers)[0]];
      const mapping = await updated.map('update');
      expect(mapping.data[1]).toBe(1);
      mapping.data[0] = 100;
      mapping.dispose();
      await replaced.set(new Uint32Array(KiB).fill(200));
      await space.transaction(async (tx) => {
        (await tx.edit(edited as unknown as SharedBuffer<'u32'>)).data[0] = 300;
      });
      space.budgetBytes = KiB;
      space.budgetBytes = tight.budgetBytes;
      expect([updated, replaced, edited].map((layer) => layer.isIn('swap'))).toEqual([true, true, true]);
      expect([(await updated.get())[0], (await replaced.get())[7], (await edited.get())[0]]).toEqual([100, 200, 300]);
      expect(filled.slice(0, 3)).toEqual([1, 0, 1]);
      for (const layer of layers) layer.dispose();
    }));

  test('that fails fails those who asked, and is tried again for the next', () =>
    withSpace(tight, async (space) => {
      let tries = 0;
      using layer = space.buffer('u32', [KiB], {
        label: 'weights',
        source: ({ data }) => {
          if (++tries < 3) throw new Error('no network');
          data.fill(7);
        },
      });
      const error = await errorOf(layer.get());
      expect([error.code, error.message]).toEqual(['EINPUT', expect.stringMatching(/'weights'.*source.*no network/)]);
      expect((await errorOf(space.transaction((tx) => tx.read(layer as unknown as SharedBuffer<'u32'>)))).code).toBe(
        'EINPUT',
      );
      expect((await layer.get())[3]).toBe(7);
      expect(tries).toBe(3);
      expect(() => space.buffer('u8', [1], { source: 5 as unknown as () => void })).toThrow(
        /source of the buffer \(number\)/,
      );
    }));

  test('serves all who need several of them at once, though there is room for one of these at a time', () =>
    withSpace({ budgetBytes: 8 * KiB, patienceMs: 2000 }, async (space) => {
      const { layers } = layersOf(space, 6);
      const words = layers as unknown as SharedBuffer<'u32'>[];
      const both = (first: number, second: number): Promise<number> =>
        space.transaction(async (tx) => {
          const read = async (at: number): Promise<number> =>
            (await tx.read(words[at] as SharedBuffer<'u32'>)).data[9] ?? 0;
          return (await read(first)) * 10 + (await read(second));
        });
      const pairs = Array.from({ length: 8 }, (_, at): [number, number] => [at % 6, (at * 5 + 1) % 6]);
      const seen = await Promise.all(pairs.map(([first, second]) => both(first, second)));
      expect(seen).toEqual(pairs.map(([first, second]) => (first + 1) * 10 + second + 1));
      for (const layer of layers) layer.dispose();
    }));

  test('does not fill what somebody else writes between the request and its turn', () =>
    withSpace(tight, async (space) => {
      let filled = 0;
      const source = ({ data }: { data: Uint32Array }): void => {
        filled++;
        data.fill(7);
      };
      using layer = space.buffer('u32', [KiB], { source });
      const placed = new Int32Array(new SharedArrayBuffer(4));
      const writer = new Worker(new URL('../../build/test/space/writer.agent.js', import.meta.url), {
        workerData: { space: space.handle, buffer: layer.handle, placed },
      });
      await once(writer, 'message');
      // Writers wait for that, and readers do not: the request is made before the write has its place, and granted after it.
      let letGo = (): void => {};
      const gate = space.fence(new Promise<void>((resolve) => (letGo = resolve)));
      implicit(layer as unknown as SharedBuffer).add(gate, 'read');
      const seen = layer.get();
      writer.postMessage('write');
      expect(Atomics.wait(placed, 0, 0, 20_000)).not.toBe('timed-out');
      await new Promise((resolve) => setTimeout(resolve, 20));
      letGo();
      expect([(await seen)[9], (await layer.get())[9], filled]).toEqual([200, 200, 0]);
      await once(writer, 'exit');
    }));

  test('cannot serve its own thread while that blocks: it says so instead of hanging', () =>
    withSpace(tight, async (space) => {
      using layer = space.buffer('u32', [KiB], { source: ({ data }) => void data.fill(7) });
      expect(() => layer.mapSync('read')).toThrow(/would never begin/);
      expect(() => space.transactionSync((tx) => tx.read(layer as unknown as SharedBuffer<'u32'>))).toThrow(
        /one to fill/,
      );
      expect((await layer.get())[0]).toBe(7);
      layer.mapSync('read').dispose();
    }));

  test('whose thread stops leaves what is there, and says that the rest is lost', async () => {
    await withSpace(tight, async (space) => {
      const maker = new Worker(new URL('../../build/test/space/maker.agent.js', import.meta.url), {
        workerData: space.handle,
      });
      const [handles] = await once(maker, 'message');
      const [there, absent] = handles.map((handle: never) => space.open(handle)) as SharedBuffer<'u32'>[];
      expect((await (there as SharedBuffer<'u32'>).get())[1]).toBe(11);
      await maker.terminate();
      expect((await (there as SharedBuffer<'u32'>).get())[1]).toBe(11);
      const error = await errorOf((absent as SharedBuffer<'u32'>).get());
      expect([error.code, (error.cause as FencelineError).code]).toEqual(['EINPUT', 'EOWNERDEAD']);
      await (absent as SharedBuffer<'u32'>).set(new Uint32Array(KiB).fill(1));
      there?.dispose();
      absent?.dispose();
    });
  });

  test('fills while everything is evicted whenever anything is needed', () =>
    withSpace({ ...tight, swap: { sizeBytes: 64 * KiB }, debug: { evict: 'always', poison: true } }, async (space) => {
      const { layers } = layersOf(space, 6);
      for (let round = 0; round < 2; round++) {
        for (const [at, layer] of layers.entries()) expect((await layer.get())[99]).toBe(at + 1);
      }
      for (const layer of layers) layer.dispose();
    }));

  test('that finds all jobs waiting for it is no reason to wait for ever: they fail, and the next is served', () =>
    withSpace({ ...tight, patienceMs: 50, limits: { ...smallLimits, jobs: 6 } }, async (space) => {
      const buffer = space.buffer('u32', [KiB], { source: ({ data }) => void data.fill(3) });
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => buffer.get()));
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENOSPC', details: { limit: 'jobs' } } });
      }
      expect((await buffer.get())[5]).toBe(3);
      buffer.dispose();
    }));
});
