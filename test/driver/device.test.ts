/** Devices with memory of their own: bringing in, moving out, working, coming home. */
import { type SharedBuffer, Space } from 'fenceline';
import { type Attachment, attach, device, exportBuffer } from 'fenceline/driver';
import { dumpMemory } from 'fenceline/dump';
import { timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { locked, settled } from './camera.ts';
import { MockDevice } from './mock-device.ts';

const addOne = (bytes: Uint8Array): void => bytes.set(bytes.map((byte) => byte + 1));
const options = { patienceMs: 200 };

async function filled(space: Space, value: number, sizeBytes = 64): Promise<SharedBuffer<'u8', readonly [number]>> {
  const buffer = space.buffer('u8', [sizeBytes]);
  await buffer.set(new Uint8Array(sizeBytes).fill(value));
  return buffer;
}

const place = (space: Space, buffer: SharedBuffer, heap: string): Promise<void> =>
  space.transaction((tx) => tx.place(buffer, [heap]));

const gone = (mock: MockDevice): Promise<void> => mock.end();

describe('a device', () => {
  test('brings a buffer in, works on it, and it comes home for whoever looks', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 256, { kernels: { addOne }, ticks: true });
      using buffer = await filled(space, 5);
      const job = await space.transaction((tx) => vpu.device.submit(tx, 'addOne', new Map([[buffer, 'update']])));
      expect(buffer.isIn('vpu')).toBe(true);
      await job.wait();
      expect([...vpu.viewOf(buffer)]).toEqual(new Array(64).fill(6));
      expect([...(await buffer.get())]).toEqual(new Array(64).fill(6));
      expect(buffer.isIn('system')).toBe(true);
      expect(vpu.log).toEqual([`in ${buffer.id}`, 'addOne', `out ${buffer.id}`]);
      await gone(vpu);
    }));

  test('a move is begun, and not waited for: work on it comes after, in the order of fences', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { kernels: { addOne } });
      using first = await filled(space, 1);
      using second = await filled(space, 7);
      await space.transaction((tx) => vpu.device.submit(tx, 'addOne', new Map([[first, 'update']])));
      // There is room for one: the first is moved out, and its place given away, before a byte was copied.
      await space.transaction((tx) => vpu.device.submit(tx, 'addOne', new Map([[second, 'update']])));
      expect([first.isIn('system'), second.isIn('vpu')]).toEqual([true, true]);
      expect(vpu.log).toEqual([`in ${first.id}`, 'addOne', `out ${first.id}`, `in ${second.id}`, 'addOne']);
      expect([...vpu.memory]).toEqual(new Array(64).fill(0));
      const seen = first.get();
      expect(vpu.advance(2)).toBe(2);
      expect([...vpu.memory]).toEqual(new Array(64).fill(2));
      expect(vpu.advance(10)).toBe(3);
      expect([...(await seen)]).toEqual(new Array(64).fill(2));
      expect([...vpu.memory]).toEqual(new Array(64).fill(8));
      const home = second.get();
      await settled(() => vpu.pending > 0);
      expect(vpu.advance(1)).toBe(1);
      expect([...(await home)]).toEqual(new Array(64).fill(8));
      await gone(vpu);
    }));

  test('a view that a transaction was given ends when the buffer is brought in', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { ticks: true });
      using buffer = await filled(space, 3);
      await space.transaction(async (tx) => {
        const view = await tx.read(buffer);
        await tx.place(buffer, ['vpu']);
        expect(() => view.data).toThrow(/view of .* is over/);
      });
      expect([...(await buffer.get())]).toEqual(new Array(64).fill(3));
      await gone(vpu);
    }));

  test('a copy waits for what uses the buffer, and for who leaves the place', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64);
      using buffer = await filled(space, 1);
      let end = (): void => {};
      const busy = space.fence(new Promise<void>((resolve) => (end = resolve)));
      await space.transaction(async (tx) => {
        await tx.lock(buffer);
        tx.addFence(buffer, busy, 'read');
        await tx.place(buffer, ['vpu']);
      });
      expect(vpu.advance(1)).toBe(0);
      end();
      await busy.wait();
      expect(vpu.advance(1)).toBe(1);
      buffer.dispose();
      await gone(vpu);
    }));

  test('what was never written is zeros there', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 128, { ticks: true });
      vpu.memory.fill(9);
      using buffer = space.buffer('u8', [64]);
      await place(space, buffer, 'vpu');
      expect([...(await buffer.get())]).toEqual(new Array(64).fill(0));
      await gone(vpu);
    }));

  test('what does not fit, or is pinned, is refused, and a list goes on to its next heap', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 128, { ticks: true });
      using large = await filled(space, 1, 192);
      await expect(place(space, large, 'vpu')).rejects.toMatchObject({ code: 'EINVAL' });
      using first = await filled(space, 1);
      using second = await filled(space, 2);
      using third = await filled(space, 3);
      await space.transaction(async (tx) => {
        await tx.place(first, ['vpu']);
        await tx.place(second, ['vpu']);
        // What the transaction uses is nobody's victim.
        await expect(tx.place(third, ['vpu'])).rejects.toMatchObject({ code: 'ENOMEM', details: { heap: 'vpu' } });
        await tx.place(third, ['vpu', 'system']);
      });
      expect([first, second, third].map((buffer) => buffer.isIn('vpu'))).toEqual([true, true, false]);
      await gone(vpu);
      expect([...(await second.get())]).toEqual(new Array(64).fill(2));
    }));

  test('where there is room enough in pieces, whoever stands between leaves, and others stay', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 320, { ticks: true });
      const buffers: SharedBuffer[] = [];
      for (let value = 0; value < 5; value++) {
        const buffer = await filled(space, value);
        buffers.push(buffer);
        await place(space, buffer, 'vpu');
      }
      // Vacant, the oldest, vacant, and two that are younger than what stands between.
      await buffers[0]?.map('read').then((mapping) => mapping.dispose());
      await buffers[2]?.map('read').then((mapping) => mapping.dispose());
      const isIn = (): boolean[] => buffers.map((buffer) => buffer.isIn('vpu'));
      expect(isIn()).toEqual([false, true, false, true, true]);
      using large = await filled(space, 9, 128);
      await place(space, large, 'vpu');
      expect([large.isIn('vpu'), ...isIn()]).toEqual([true, false, false, false, true, true]);
      for (const [value, buffer] of buffers.entries()) expect((await buffer.get())[0]).toBe(value);
      for (const buffer of buffers) buffer.dispose();
      await gone(vpu);
    }));

  test('a transaction that uses buffers with room between them has them moved together for another', () =>
    withSpace(options, async (space) => {
      const addOne3 = (...views: Uint8Array[]): void => views.forEach(addOne);
      const vpu = new MockDevice(space, 'vpu', 256, { ticks: true, kernels: { addOne3 } });
      const [first, between, second] = [await filled(space, 1), await filled(space, 2), await filled(space, 3)];
      using large = await filled(space, 4, 128);
      for (const buffer of [first, between, second]) await place(space, buffer, 'vpu');
      await between.get();
      const uses = new Map(([first, second, large] as const).map((buffer) => [buffer, 'update'] as const));
      await space.transaction((tx) => vpu.device.submit(tx, 'addOne3', uses as never));
      expect([first, second, large].map((buffer) => buffer.isIn('vpu'))).toEqual([true, true, true]);
      expect([(await first.get())[0], (await second.get())[0], (await large.get())[127]]).toEqual([2, 4, 5]);
      for (const buffer of [first, between, second]) buffer.dispose();
      await gone(vpu);
    }));

  test('what is pinned between two pieces keeps others out, and those that made way are there all the same', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 320, { ticks: true });
      const buffers: SharedBuffer[] = [];
      for (let value = 0; value < 4; value++) buffers.push(await filled(space, value));
      const [leaving, first, used, last] = buffers as [SharedBuffer, SharedBuffer, SharedBuffer, SharedBuffer];
      using large = await filled(space, 4, 128);
      for (const buffer of buffers) await place(space, buffer, 'vpu');
      await leaving.get();
      {
        using _one = await first.pin('vpu');
        using _other = await last.pin('vpu');
        await space.transaction(async (tx) => {
          await tx.place(used, ['vpu']);
          await expect(tx.place(large, ['vpu'])).rejects.toMatchObject({ code: 'ENOMEM' });
          expect(used.isIn('vpu')).toBe(true);
        });
      }
      await place(space, large, 'vpu');
      expect(large.isIn('vpu')).toBe(true);
      expect([(await used.get())[0], (await large.get())[0]]).toEqual([2, 4]);
      for (const buffer of buffers) buffer.dispose();
      await gone(vpu);
    }));

  test('a job, a mapping and a transaction need it in memory, and get it', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 256, { ticks: true });
      using buffer = await filled(space, 4);
      await place(space, buffer, 'vpu');
      using mapping = await buffer.map('read');
      expect(mapping.data[0]).toBe(4);
      mapping.dispose();
      await place(space, buffer, 'vpu');
      await space.transaction(async (tx) => {
        const view = await tx.edit(buffer);
        view.data[0] = 9;
      });
      expect((await buffer.get())[0]).toBe(9);
      await gone(vpu);
    }));

  test('a device brings home what others need although its thread has all its transactions open', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { ticks: true });
      const npu = new MockDevice(space, 'npu', 64, { ticks: true });
      using first = await filled(space, 4);
      using second = await filled(space, 5);
      await place(space, first, 'vpu');
      await place(space, second, 'npu');
      let end = (): void => {};
      const until = new Promise<void>((resolve) => (end = resolve));
      const open = Array.from({ length: 14 }, () => space.transaction(() => until));
      const needing = [first, second].map((buffer) => space.transaction(async (tx) => (await tx.read(buffer)).data[0]));
      await expect(space.transaction(async () => {})).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(await Promise.all(needing)).toEqual([4, 5]);
      end();
      await Promise.all(open);
      await gone(vpu);
      await gone(npu);
    }));

  test('a buffer goes from one device to another by way of memory', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { ticks: true });
      const npu = new MockDevice(space, 'npu', 64, { ticks: true });
      using buffer = await filled(space, 4);
      await place(space, buffer, 'vpu');
      await place(space, buffer, 'npu');
      await settled(() => npu.pending === 0);
      expect(buffer.isIn('npu')).toBe(true);
      expect([...npu.viewOf(buffer)]).toEqual(new Array(64).fill(4));
      await gone(vpu);
      await gone(npu);
    }));

  test('importers of an exported buffer are told when a device takes it', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { ticks: true });
      const frame = exportBuffer(
        space,
        {
          name: 'camera',
          heaps: ['system'],
          map: async (of) => ({ isNear: of.isIn('vpu') }),
          unmap() {},
          release() {},
        },
        'u8',
        [64],
      );
      let told = 0;
      const link: Attachment<{ isNear: boolean }> = attach(frame, { name: 'display', invalidate: () => void told++ });
      expect(await locked(space, frame, (tx) => link.map(tx))).toEqual({ isNear: false });
      await place(space, frame, 'vpu');
      expect([told, link.isStale]).toEqual([1, true]);
      expect(await locked(space, frame, (tx) => link.map(tx))).toEqual({ isNear: true });
      await frame.get();
      await settled(() => told === 2);
      expect(told).toBe(2);
      link.dispose();
      frame.dispose();
      await gone(vpu);
    }));

  test('a copy that is refused changes nothing, and one that fails leaves contents that nobody relies on', () =>
    withSpace(options, async (space) => {
      let outcome: 'throws' | 'fails' = 'throws';
      const bad = device(space, {
        name: 'bad',
        heap: { sizeBytes: 64 },
        copy: async () => {
          if (outcome === 'throws') throw new Error('no power');
          return space.fence(Promise.reject(new Error('bit rot')));
        },
        run: () => space.fence(Promise.resolve()),
      });
      using buffer = await filled(space, 4);
      await expect(place(space, buffer, 'bad')).rejects.toThrow('no power');
      expect([...(await buffer.get())]).toEqual(new Array(64).fill(4));
      expect(bad.usedBytes).toBe(0);
      outcome = 'fails';
      await place(space, buffer, 'bad');
      await expect(buffer.get()).rejects.toMatchObject({ code: 'EINPUT' });
      buffer.dispose();
      bad.dispose();
      await settled(() => bad.usedBytes === 0);
    }));

  test('contents that a copy should have brought are lost when it fails, also for a copy that has gone on from there', () =>
    withSpace(options, async (space) => {
      const [inwards, home] = [timeline(space, 'inwards'), timeline(space, 'home')];
      const bad = device(space, {
        name: 'bad',
        heap: { sizeBytes: 64 },
        copy: async (_, to) => (to === 'bad' ? inwards : home).issue(),
        run: () => space.fence(Promise.resolve()),
      });
      const buffer = await filled(space, 4);
      await place(space, buffer, 'bad');
      const seen = buffer.get();
      await settled(() => buffer.isIn('system'));
      inwards.fail(1, new Error('bit rot'));
      home.signal();
      await expect(seen).rejects.toMatchObject({ code: 'EINPUT' });
      for (const one of [buffer, inwards, home, bad]) one.dispose();
    }));

  test('a thread leaves when what its devices copy is at home', async () => {
    const space = Space.create({ budgetBytes: 2 ** 16 });
    const vpu = new MockDevice(space, 'vpu', 64);
    const buffer = await filled(space, 4);
    await place(space, buffer, 'vpu');
    vpu.device.dispose();
    let isClosed = false;
    const closing = space.close().then(() => {
      isClosed = true;
    });
    await settled(() => vpu.pending === 2);
    expect([vpu.advance(1), vpu.pending, isClosed]).toEqual([1, 1, false]);
    vpu.advance(1);
    await closing;
  });

  test('who is moved out of a device for others counts as evicted, who comes home as moved', () =>
    withSpace(options, async (space) => {
      const vpu = new MockDevice(space, 'vpu', 64, { ticks: true });
      const countsOf = (name: string) => dumpMemory(space).heaps.find((heap) => heap.name === name)?.counts;
      using first = await filled(space, 4);
      using second = await filled(space, 5);
      await place(space, first, 'vpu');
      await place(space, second, 'vpu');
      expect(countsOf('vpu')).toMatchObject({ moved: 2, evicted: 1 });
      expect(countsOf('system')).toMatchObject({ moved: 0, evicted: 0 });
      await second.get();
      expect(countsOf('vpu')).toMatchObject({ moved: 2, evicted: 1 });
      expect(countsOf('system')).toMatchObject({ moved: 1, evicted: 0 });
      await gone(vpu);
    }));

  test('a name or a size that cannot be is refused; a name is free again afterwards', () =>
    withSpace(options, async (space) => {
      const make = (name: string, sizeBytes: number): void =>
        device(space, {
          ...{ name, heap: { sizeBytes } },
          copy: () => Promise.reject(new Error('never')),
          run: () => space.fence(Promise.resolve()),
        }).dispose();
      expect(() => make('system', 64)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => make('vpu', 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => device(space, { name: 'vpu', heap: { sizeBytes: 64 } } as never)).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
      for (let round = 0; round < 20; round++) {
        make('vpu', 64);
        await settled(() => true);
      }
    }));
});
