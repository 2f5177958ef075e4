/** The rules of dma-buf, one by one: moves, revocation, access by processors (facts of the kernel, section 8). */
import { FencelineError, type SharedBuffer, type Space } from 'fenceline';
import { attach, exportBuffer } from 'fenceline/driver';
import { implicit, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { camera, done, follower, locked, moveTo, settled } from './camera.ts';

const plain = (buffer: unknown): SharedBuffer => buffer as SharedBuffer;

describe('move', () => {
  test('importers are told under the lock, before the memory moves; what they have is stale', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link, told } = follower(made.frame);
      await locked(space, made.frame, (tx) => link.map(tx));
      expect(link.isStale).toBe(false);
      await space.transaction((tx) =>
        made.frame.moving(tx, async () => {
          expect(told).toEqual(['stale']);
          expect(link.isStale).toBe(true);
          return done(space);
        }),
      );
      await settled(() => made.log.includes('unmap 1000'));
      link.dispose();
      made.frame.dispose();
    }));

  test('work on a stale mapping is refused, until it is mapped again', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link } = follower(made.frame);
      await locked(space, made.frame, (tx) => link.map(tx));
      await moveTo(space, made, made, 0x2000);
      const use = (): Promise<void> => locked(space, made.frame, async (tx) => link.use(tx, done(space), 'read'));
      await expect(use()).rejects.toMatchObject({ code: 'EINVAL', message: expect.stringContaining('map it again') });
      await locked(space, made.frame, (tx) => link.map(tx));
      await use();
      link.dispose();
      made.frame.dispose();
    }));

  test('in debug mode a look at a stale mapping throws', () =>
    withSpace({ debug: { poison: true } }, async (space) => {
      const made = camera(space);
      const { link } = follower(made.frame);
      const pages = await locked(space, made.frame, (tx) => link.map(tx));
      expect(pages.base).toBe(0x1000);
      await moveTo(space, made, made, 0x2000);
      expect(() => pages.base).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => Object.keys(pages)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      link.dispose();
      made.frame.dispose();
    }));

  test('the mover learns what uses the old place, and the next users wait for the move', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      using line = timeline(space, 'display');
      using dma = timeline(space, 'dma');
      const { link } = follower(made.frame);
      const shown = line.issue();
      await locked(space, made.frame, async (tx) => {
        await link.map(tx);
        link.use(tx, shown, 'read');
      });
      await space.transaction((tx) =>
        made.frame.moving(tx, async (after) => {
          expect(after.points).toMatchObject([{ timeline: 'display', seqno: 1 }]);
          return dma.issue();
        }),
      );
      expect(implicit(plain(made.frame)).points.map(({ usage }) => usage)).toEqual(['read', 'move']);
      expect(implicit(plain(made.frame)).isReady('read')).toBe(false);
      dma.signal();
      expect(implicit(plain(made.frame)).isReady('read')).toBe(true);
      // The old mapping is used until what was listed is over.
      expect(made.log).toEqual(['map display update']);
      line.signal();
      await settled(() => made.log.length > 1);
      expect(made.log).toEqual(['map display update', 'unmap 1000']);
      link.dispose();
      made.frame.dispose();
    }));

  test('a move that fails leaves the buffer where it was, to be mapped again', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link } = follower(made.frame);
      await locked(space, made.frame, (tx) => link.map(tx));
      await expect(
        space.transaction((tx) => made.frame.moving(tx, () => Promise.reject(new Error('no room')))),
      ).rejects.toThrow('no room');
      expect(link.isStale).toBe(true);
      expect((await locked(space, made.frame, (tx) => link.map(tx))).base).toBe(0x1000);
      link.dispose();
      made.frame.dispose();
    }));

  test('an importer that throws when it is told keeps nobody else from hearing', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const heard: unknown[] = [];
      const first = follower(made.frame, {
        invalidate: () => {
          throw new Error('of the importer');
        },
      });
      const second = follower(made.frame);
      await locked(space, made.frame, async (tx) => {
        await first.link.map(tx);
        await second.link.map(tx);
      });
      const listener = (error: unknown): unknown => heard.push(error);
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', listener);
      await moveTo(space, made, made, 0x2000);
      await settled(() => heard.length > 0);
      process.removeListener('uncaughtException', listener);
      for (const one of listeners) process.on('uncaughtException', one);
      expect(heard).toMatchObject([{ message: 'of the importer' }]);
      expect(second.told).toEqual(['stale']);
      first.link.dispose();
      second.link.dispose();
      made.frame.dispose();
    }));

  test('an importer that locks when it is told is reported: it is told under a lock', () =>
    withSpace({ debug: { validateLocks: true } }, async (space) => {
      using other = space.buffer('u8', [1]);
      const made = camera(space);
      const findings: string[] = [];
      using _ = space.on('validator', ({ message }) => findings.push(message));
      let late: Promise<void> | undefined;
      const { link } = follower(made.frame, {
        invalidate: () => {
          late = space.transaction((tx) => tx.lock(other));
        },
      });
      await locked(space, made.frame, (tx) => link.map(tx));
      expect(findings).toEqual([]);
      await moveTo(space, made, made, 0x2000);
      await late;
      expect(findings).toHaveLength(1);
      expect(findings[0]).toContain('Code that must not wait');
      link.dispose();
      made.frame.dispose();
    }));

  test('contention anywhere in the hooks unwinds to the top, and all of it runs again', () =>
    withSpace({ debug: { contend: 'always' } }, async (space) => {
      using other = space.buffer('u8', [1]);
      const made = camera(space, {
        map: async (_buffer, tx) => {
          await tx.lock(plain(other));
          return { base: made.base };
        },
      });
      const { link, told } = follower(made.frame);
      let runs = 0;
      await locked(space, made.frame, async (tx) => {
        runs = tx.attempt;
        await link.map(tx);
      });
      expect(runs).toBeGreaterThan(1);
      await space.transaction(async (tx) => {
        await made.frame.moving(tx, async () => {
          await tx.lock(plain(other));
          return done(space);
        });
      });
      expect(told.length).toBe(1);
      link.dispose();
      made.frame.dispose();
    }));
});

describe('revoke', () => {
  test('nobody maps it again, and the fence is over after work and mappings', () =>
    withSpace({}, async (space) => {
      const made = camera(space, { isRevocable: true });
      using line = timeline(space, 'display');
      const { link, told } = follower(made.frame);
      const shown = line.issue();
      await locked(space, made.frame, async (tx) => {
        await link.map(tx);
        link.use(tx, shown, 'read');
      });
      const revoked = await space.transaction((tx) => made.frame.revoke(tx));
      expect(told).toEqual(['stale']);
      await expect(locked(space, made.frame, (tx) => link.map(tx))).rejects.toMatchObject({ code: 'ENODEV' });
      expect(revoked.status).toBe('pending');
      expect(made.log).toEqual(['map display update']);
      line.signal();
      await revoked.wait({ timeoutMs: 5000 });
      expect(made.log).toEqual(['map display update', 'unmap 1000']);
      link.dispose();
      made.frame.dispose();
    }));

  test('one that is pinned is taken back all the same, once its importer has unmapped it', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const disk = attach(made.frame, { name: 'disk' });
      await locked(space, made.frame, (tx) => disk.map(tx));
      const revoked = await space.transaction((tx) => made.frame.revoke(tx));
      expect((await revoked.settled({ timeoutMs: 5 })).status).toBe('pending');
      await locked(space, made.frame, async (tx) => disk.unmap(tx));
      await revoked.wait({ timeoutMs: 5000 });
      disk.dispose();
      made.frame.dispose();
    }));
});

describe('access by processors', () => {
  test('the hook comes first, then the wait for who is in the way', () =>
    withSpace({}, async (space) => {
      const log: string[] = [];
      const made = camera(space, {
        beginCpuAccess: async (_, access) => void log.push(`begin ${access}`),
        endCpuAccess: (_, access) => void log.push(`end ${access}`),
      });
      using line = timeline(space, 'display');
      await locked(space, made.frame, async (tx) => tx.addFence(plain(made.frame), line.issue(), 'read'));
      (await made.frame.cpuAccess('read')).dispose();
      await expect(made.frame.cpuAccess('write', { timeoutMs: 5 })).rejects.toMatchObject({ code: 'ETIME' });
      expect(log).toEqual(['begin read', 'end read', 'begin write', 'end write']);
      line.signal();
      using access = await made.frame.cpuAccess('write');
      access.dispose();
      expect(log.slice(4)).toEqual(['begin write', 'end write']);
      made.frame.dispose();
    }));

  test('what the hook throws comes through, and nothing ends', () =>
    withSpace({}, async (space) => {
      let ended = 0;
      using frame = camera(space, {
        beginCpuAccess: () => Promise.reject(new Error('powered down')),
        endCpuAccess: () => void ended++,
      }).frame;
      await expect(frame.cpuAccess('read')).rejects.toThrow('powered down');
      expect(ended).toBe(0);
    }));

  test('vmap is counted: the hooks are called for the first and the last', () =>
    withSpace({}, async (space) => {
      const log: string[] = [];
      const bytes = new Uint8Array(16);
      const made = camera(space, {
        vmap: () => {
          log.push('vmap');
          return bytes;
        },
        vunmap: () => void log.push('vunmap'),
      });
      const first = await locked(space, made.frame, (tx) => made.frame.vmap(tx));
      const second = await locked(space, made.frame, (tx) => made.frame.vmap(tx));
      expect(first.data).toBe(bytes);
      await expect(moveTo(space, made, made, 0x2000)).rejects.toMatchObject({ code: 'EBUSY' });
      first.dispose();
      first.dispose();
      expect(() => first.data).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(second.data).toBe(bytes);
      second.dispose();
      expect(log).toEqual(['vmap', 'vunmap']);
      await moveTo(space, made, made, 0x2000);
      made.frame.dispose();
    }));

  test('without a hook there are no bytes of an own memory, and those of a heap otherwise', () =>
    withSpace({}, async (space) => {
      using own = camera(space).frame;
      await expect(locked(space, own, (tx) => own.vmap(tx))).rejects.toMatchObject({ code: 'ENODEV' });
      await expect(space.transaction((tx) => own.vmap(tx))).rejects.toMatchObject({ code: 'EINVAL' });
      using shared = camera(space, { heaps: ['system'] }).frame;
      const mapped = await locked(space, shared, (tx) => shared.vmap(tx));
      mapped.data.fill(3);
      mapped.dispose();
      expect([...((await plain(shared).get()) as Uint8Array)]).toEqual(new Array(16).fill(3));
    }));
});

test('another space is refused, and so is an end that is over', () =>
  withSpace({}, async (space: Space) => {
    const made = camera(space);
    const { link } = follower(made.frame);
    await withSpace({}, async (other) => {
      await expect(other.transaction((tx) => made.frame.moving(tx, async () => done(space)))).rejects.toMatchObject({
        code: 'EINVAL',
      });
    });
    link.dispose();
    await expect(locked(space, made.frame, (tx) => link.map(tx))).rejects.toMatchObject({ code: 'EINVAL' });
    made.frame.dispose();
    await expect(space.transaction((tx) => made.frame.moving(tx, async () => done(space)))).rejects.toSatisfy((error) =>
      FencelineError.is(error, 'EINVAL'),
    );
    expect(() => exportBuffer(space, null as never, 'u8', [1])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => exportBuffer(space, { name: 'x', map: async () => 1, unmap() {}, release() {} }, 'u8', [0])).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  }));
