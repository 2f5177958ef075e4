/** What a dump says of a space, and that it may be taken at any time. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Space } from 'fenceline';
import { attach, exportBuffer } from 'fenceline/driver';
import { type BufferDump, drawMemory, dumpMemory, type MemoryDump } from 'fenceline/dump';
import { timeline } from 'fenceline/sync';
import { describe, expect, test, vi } from 'vitest';
import { createCore } from '#fenceline/core.js';
import { pinLocked, unpin } from '#fenceline/memory/pins.js';
import { coreOf, spaceOver } from '#fenceline/space.js';
import { MockDevice } from '../driver/mock-device.ts';
import { withJobs } from '../pool/jobs-pool.ts';
import { smallLimits, withSpace } from '../space/with-space.ts';
import { validDump } from './validated.ts';

const busy = new URL('../../build/test/dump/busy.agent.js', import.meta.url);

function bufferIn({ buffers }: MemoryDump, label: string): BufferDump {
  const found = buffers.find((buffer) => buffer.label === label);
  if (found === undefined) expect.fail(`The dump has no buffer '${label}'.`);
  return found;
}

describe('heaps', () => {
  test('are shown block by block, without a gap, with whose each block is', () =>
    withSpace({ heaps: [{ name: 'scratch', sizeBytes: 4096 }] }, async (space) => {
      using first = space.buffer('u8', [1000], { label: 'first' });
      const gap = space.buffer('u8', [100]);
      using last = space.buffer('f32', [8, 4], { label: 'last' });
      for (const buffer of [first, gap, last]) buffer.mapSync('write').dispose();
      gap.dispose();
      const { heaps } = validDump(space);
      expect(heaps.map(({ name, kind }) => [name, kind])).toEqual([
        ['system', 'memory'],
        ['scratch', 'memory'],
      ]);
      const [system] = heaps;
      expect(system?.isWhole).toBe(true);
      expect(system?.blocks.slice(0, 3)).toEqual([
        { startBytes: 0, sizeBytes: 1024, state: 'used', buffer: first.id, agent: null },
        { startBytes: 1024, sizeBytes: 128, state: 'free', buffer: null, agent: null },
        { startBytes: 1152, sizeBytes: 128, state: 'used', buffer: last.id, agent: null },
      ]);
      const end = system?.blocks.at(-1);
      expect((end?.startBytes ?? 0) + (end?.sizeBytes ?? 0)).toBe(system?.capacityBytes);
      expect(system).toMatchObject({ usedBytes: 1152, peakBytes: 1280, budgetBytes: 2 ** 24 });
      expect(system?.counts).toMatchObject({ placed: 3, freed: 1, moved: 0, evicted: 0, swappedIn: 0 });
    }));
});

describe('buffers', () => {
  test('are shown with what this thread knows of them, where they are, and who holds them', () =>
    withSpace({}, async (space) => {
      const { index } = coreOf(space).agent;
      using photo = space.buffer('u8', [4, 6, 3], { label: 'photo' });
      using idle = space.buffer('i64', [2], { label: 'idle' });
      await photo.set(new Uint8Array(72));
      const dump = validDump(space);
      expect(bufferIn(dump, 'photo')).toMatchObject({
        ...{ id: photo.id, dtype: 'u8', shape: [4, 6, 3], sizeBytes: 72, state: 'live' },
        ...{ heap: 'system', startBytes: 0, heaps: ['system'], contents: 'good' },
        ...{ heldBy: [index], pinnedBy: [], kept: [], source: null, exported: null, importers: [], client: null },
      });
      expect(bufferIn(dump, 'idle')).toMatchObject({
        id: idle.id,
        heap: null,
        startBytes: null,
        contents: 'unwritten',
      });
    }));

  test('a window says nothing of the shape of its buffer', () =>
    withSpace({}, async (space) => {
      using photo = space.buffer('u8', [4, 6], { label: 'photo' });
      using rows = photo.rows(1, 3);
      using again = space.open(rows.handle);
      expect(again.shape).toEqual([2, 6]);
      expect(validDump(space).buffers.map(({ shape }) => shape)).toEqual([[4, 6]]);
    }));

  test('one whose slot was used again has no name of the one before', async () => {
    const space = Space.create({ limits: { buffers: 1 } });
    space.buffer('u8', [1], { label: 'before' }).dispose();
    const guest = new Worker(busy, { workerData: { handle: space.handle, keeps: true } });
    const [id] = await once(guest, 'message');
    expect(validDump(space).buffers).toMatchObject([{ id, label: null, shape: null, dtype: 'u16', sizeBytes: 6 }]);
    guest.postMessage('stop');
    await once(guest, 'exit');
    await space.close();
  });

  test('that failed to be written, or wait for their last fence, say so', () =>
    withSpace({}, async (space) => {
      using broken = space.buffer('u8', [4], { label: 'broken' });
      // Of another type than the buffer: the copy fails half way.
      await expect(broken.set([1n, 2n, 3n, 4n] as never)).rejects.toMatchObject({ code: 'EINVAL' });
      expect(bufferIn(validDump(space), 'broken')).toMatchObject({ contents: 'failed' });
      const closed = space.buffer('u8', [4], { label: 'closed' });
      await closed.set(new Uint8Array(4));
      using line = timeline(space, 'elsewhere');
      const fence = line.issue();
      await space.transaction(async (tx) => {
        await tx.lock(closed);
        tx.addFence(closed, fence, 'read');
      });
      closed.dispose();
      expect(bufferIn(validDump(space), 'closed')).toMatchObject({
        state: 'closed',
        heldBy: [],
        kept: [{ by: 'fence' }],
      });
      line.signal();
    }));
});

describe('why a buffer cannot be moved', () => {
  test('a mapping is a pending fence of this thread', () =>
    withSpace({}, async (space) => {
      using photo = space.buffer('u8', [4], { label: 'photo' });
      await photo.set(new Uint8Array(4));
      using _ = await photo.map('read');
      const { kept } = bufferIn(validDump(space), 'photo');
      expect(kept).toEqual([
        {
          by: 'fence',
          usage: 'read',
          timeline: 'local',
          seqno: expect.any(Number),
          owed: expect.stringMatching(/agent \d+/),
        },
      ]);
      expect(space.describe()).toMatch(/buffer photo: 4 bytes in system, cannot be moved: read fence local \d+/);
    }));

  test('a fence of a timeline goes by the name of that timeline', () =>
    withSpace({}, async (space) => {
      using photo = space.buffer('u8', [4], { label: 'photo' });
      using line = timeline(space, 'upload');
      const fence = line.issue();
      await space.transaction(async (tx) => {
        await tx.lock(photo);
        tx.addFence(photo, fence, 'write');
      });
      expect(bufferIn(validDump(space), 'photo').kept).toMatchObject([{ by: 'fence', timeline: 'upload', seqno: 1 }]);
      line.signal();
      expect(bufferIn(validDump(space), 'photo').kept).toEqual([]);
    }));

  test('a transaction that has its lock is named, and so is who pins it', () =>
    withSpace({}, async (space) => {
      const { agent } = coreOf(space);
      using photo = space.buffer('u8', [4], { label: 'photo' });
      await photo.set(new Uint8Array(4));
      await space.transaction(
        async (tx) => {
          await tx.lock(photo);
          const dump = validDump(space);
          const [opened] = dump.transactions;
          expect(opened).toMatchObject({ agent: agent.index, label: 'swap', attempt: 1, holds: [photo.id], locks: 0 });
          const reason = { by: 'lock', agent: agent.index, ticket: opened?.ticket };
          expect(bufferIn(dump, 'photo').kept).toEqual([reason]);
        },
        { label: 'swap' },
      );
      const slot = photo.id % 2 ** 20;
      await space.transaction(async (tx) => {
        await tx.lock(photo);
        pinLocked(agent, slot);
      });
      expect(bufferIn(validDump(space), 'photo')).toMatchObject({
        pinnedBy: [agent.index],
        kept: [{ by: 'pin', agent: agent.index }],
      });
      expect(space.describe()).toMatch(/buffer photo: 4 bytes in system, cannot be moved: pinned by agent \d+/);
      unpin(agent, slot, agent.index);
      expect(space.describe()).toMatch(/buffer photo: 4 bytes in system, can be moved/);
    }));
});

describe('jobs', () => {
  test('that are queued say whether they wait for memory or for a lock', () =>
    withSpace({ budgetBytes: 1024 }, async (space) => {
      using photo = space.buffer('u8', [512], { label: 'photo' });
      using large = space.buffer('u8', [1024], { label: 'large' });
      await photo.set(new Uint8Array(512));
      const setting = large.set(new Uint8Array(1024));
      expect(validDump(space).jobs).toMatchObject([
        {
          ...{ label: 'local', phase: 'queued', runners: [], uses: [{ buffer: large.id, access: 'write' }] },
          waitsFor: [{ for: 'memory', heap: 'system', bytes: 1024 }],
        },
      ]);
      photo.dispose();
      await setting;
      let reading: Promise<Uint8Array> | undefined;
      await space.transaction(async (tx) => {
        await tx.lock(large);
        reading = large.get();
        const { index } = coreOf(space).agent;
        expect(validDump(space).jobs).toMatchObject([{ waitsFor: [{ for: 'lock', buffer: large.id, agent: index }] }]);
      });
      await reading;
    }));

  test('that are ready name the fence they wait for, and those that run their agent', () =>
    withSpace({}, async (space) => {
      using photo = space.buffer('u8', [4], { label: 'photo' });
      const mapping = await photo.map('write');
      const reading = photo.get();
      const { jobs } = validDump(space);
      expect(jobs.map(({ phase }) => phase)).toEqual(['running', 'ready']);
      expect(jobs[0]?.runners).toEqual([coreOf(space).agent.index]);
      expect(jobs[1]?.waitsFor).toMatchObject([{ for: 'fence', timeline: 'local', seqno: jobs[0]?.seqno }]);
      mapping.dispose();
      await reading;
    }));

  test('of a pool go by the name of their kernel', () =>
    withJobs({}, async (space, pool) => {
      using from = space.buffer('i32', [4], { label: 'from' });
      using to = space.buffer('i32', [4], { label: 'to' });
      const mapping = await from.map('write');
      const job = pool.run.copy({ src: from, dst: to });
      // A worker that is just giving jobs their turn has the queue: then the job gets its place a moment later.
      const dump = await vi.waitFor(
        () => {
          const taken = validDump(space);
          expect(taken.jobs.map(({ label, phase }) => `${label} ${phase}`)).toEqual(['local running', 'copy ready']);
          expect(bufferIn(taken, 'to').kept).toMatchObject([{ by: 'fence', usage: 'write', timeline: 'copy' }]);
          return taken;
        },
        { timeout: 20_000, interval: 1 },
      );
      const { index } = coreOf(space).agent;
      expect(dump.agents.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
      expect(dump.agents.map(({ parent }) => parent)).toEqual([null, index, index]);
      mapping.dispose();
      await job.wait();
    }));
});

test('what became of memory is told in order, where the space is traced', () =>
  withSpace({ traceEvents: 1024 }, async (space) => {
    const photo = space.buffer('u8', [1000], { label: 'photo' });
    await photo.set(new Uint8Array(1000));
    await space.transaction(async (tx) => {
      (await tx.edit(photo)).data[0] = 1;
    });
    const { id } = photo;
    photo.dispose();
    const { history } = validDump(space);
    expect(history?.lost).toBe(0);
    expect(history?.events).toMatchObject([
      { what: 'placed', buffer: id, label: 'photo', sizeBytes: 1000, heap: 'system', startBytes: 0, from: null },
      { what: 'published', buffer: id, heap: 'system', startBytes: 1024, from: 'system' },
      { what: 'freed', buffer: id, heap: 'system', startBytes: 1024, from: null },
    ]);
  }));

test('a buffer that had to make room is shown where it went, with the eviction among the events and the counts', () =>
  withSpace({ budgetBytes: 1024, traceEvents: 1024, heaps: [{ name: 'slow', sizeBytes: 4096 }] }, async (space) => {
    const heaps = ['system', 'slow'];
    using old = space.buffer('u8', [1024], { label: 'old', heaps });
    await old.set(new Uint8Array(1024).fill(7));
    using young = space.buffer('u8', [1024], { label: 'young' });
    await young.set(new Uint8Array(1024));
    const dump = validDump(space);
    expect(bufferIn(dump, 'old')).toMatchObject({ heap: 'slow', heaps, kept: [] });
    expect(bufferIn(dump, 'young')).toMatchObject({ heap: 'system', heaps: ['system'] });
    expect(dump.heaps.map(({ counts }) => counts.evicted)).toEqual([1, 0]);
    expect(space.describe()).toMatch(/heap system: 1024 of 1024 bytes .*, 0 moved, 1 evicted, 0 swapped in/);
    const evicted = { what: 'evicted', label: 'old', heap: 'slow', startBytes: 0, from: 'system', sizeBytes: 1024 };
    expect(dump.history?.events.filter(({ what }) => what === 'evicted')).toMatchObject([evicted]);
    const [, time = ''] = /<svg class="time"[^>]*system[^>]*>(.*?)<\/svg>/.exec(drawMemory(dump)) ?? [];
    expect(time.match(/class="gone"/g)).toHaveLength(1);
    expect([...(await old.get())]).toEqual(Array(1024).fill(7));
  }));

test('a buffer that somebody exports is shown with its exporter and its importers', () =>
  withSpace({}, async (space) => {
    const { index } = coreOf(space).agent;
    const camera = { name: 'camera', map: async () => 'a frame', unmap: () => {}, release: () => {} };
    using frame = exportBuffer(space, camera, 'u8', [4]);
    using _ = attach(frame, { name: 'screen', invalidate: () => {} });
    const dump = validDump(space);
    expect(dump.buffers).toMatchObject([
      {
        heap: null,
        exported: { agent: index, isForeign: true, isRevoked: false },
        importers: [{ agent: index, isDynamic: true }],
      },
    ]);
    expect(drawMemory(dump)).toContain('memory of its exporter');
  }));

test('the heap of a device is shown, and a buffer in it as one that moved there', () =>
  withSpace({ traceEvents: 256 }, async (space) => {
    const mock = new MockDevice(space, 'vpu', 4096, { ticks: true });
    using frame = space.buffer('u8', [64], { label: 'frame' });
    await frame.set(new Uint8Array(64));
    await space.transaction((tx) => tx.place(frame, ['vpu']));
    const dump = validDump(space);
    expect(dump.heaps.map(({ name, kind, usedBytes }) => [name, kind, usedBytes])).toEqual([
      ['system', 'memory', expect.any(Number)],
      ['vpu', 'device', 64],
    ]);
    expect(bufferIn(dump, 'frame').heap).toBe('vpu');
    expect(dump.history?.events.at(-1)).toMatchObject({ what: 'moved', label: 'frame', heap: 'vpu', from: 'system' });
    expect(space.describe()).toMatch(/heap vpu \(of a device\): 64 of 4096 bytes used/);
    await mock.end();
    expect(validDump(space).heaps.map(({ name }) => name)).toEqual(['system']);
  }));

test('what was swapped out and in again is told by its events, its heaps and their counts', async () => {
  const limits = { ...smallLimits, traceEvents: 256 };
  const core = createCore({ budgetBytes: 4096, patienceMs: 5000, heaps: [], limits, swap: { sizeBytes: 2 ** 16 } });
  const space = spaceOver(core);
  using first = space.buffer('u8', [4096], { label: 'first' });
  using second = space.buffer('u8', [4096], { label: 'second' });
  await first.set(new Uint8Array(4096).fill(1));
  await second.set(new Uint8Array(4096).fill(2));
  expect(bufferIn(validDump(space), 'first').heap).toBe('swap');
  expect((await first.get())[0]).toBe(1);
  const dump = validDump(space);
  expect([bufferIn(dump, 'first').heap, bufferIn(dump, 'second').heap]).toEqual(['system', 'swap']);
  expect(dump.heaps.map(({ kind, counts }) => [kind, counts.evicted, counts.swappedIn])).toEqual([
    ['memory', 2, 1],
    ['swap', 0, 0],
  ]);
  expect(dump.history?.events.map(({ what, label, heap }) => `${what} ${label} ${heap}`)).toEqual([
    ...['placed first system', 'evicted first swap', 'placed second system'],
    ...['evicted second swap', 'swapped in first system'],
  ]);
  expect(drawMemory(dump)).toContain('<b>3</b><span>moves, 2 of them evictions');
  await space.close();
});

test('a client is shown with its account, and its buffers with its name', () =>
  withSpace({}, async (space) => {
    await using tiles = space.client('tiles', { budgetBytes: 4096, priority: -0.5 });
    using tile = tiles.buffer('u8', [1000], { label: 'tile', priority: 1.5 });
    using last = space.buffer('u8', [1], { label: 'last', priority: Number.NEGATIVE_INFINITY });
    await last.set([1]);
    await tile.set(new Uint8Array(1000));
    const dump = validDump(space);
    expect(dump.clients).toEqual([
      { name: 'tiles', budgetBytes: 4096, usedBytes: 1024, peakBytes: 1024, priority: -0.5 },
    ]);
    expect(bufferIn(dump, 'tile')).toMatchObject({ client: 'tiles', priority: 1.5 });
    expect(bufferIn(dump, 'last')).toMatchObject({ client: null, priority: -3.4028234663852886e38 });
    expect(drawMemory(dump)).toContain('<h2>Clients</h2>');
  }));

test('a closed space is not dumped', async () => {
  const space = Space.create({ limits: { buffers: 1 } });
  expect(validDump(space)).toMatchObject({ buffers: [], jobs: [], transactions: [], history: null });
  await space.close();
  expect(() => dumpMemory(space)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});
