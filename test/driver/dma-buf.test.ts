/** The rules of dma-buf, one by one: export, attach, map, pin (facts of the kernel, section 8). */
import type { SharedBuffer } from 'fenceline';
import { attach } from 'fenceline/driver';
import { timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { camera, follower, locked, moveTo, settled } from './camera.ts';

const plain = (buffer: unknown): SharedBuffer => buffer as SharedBuffer;

describe('export', () => {
  test.each(['map', 'unmap', 'release'])('an exporter without %s is refused', (hook) =>
    withSpace({}, async (space) => {
      expect(() => camera(space, { [hook]: undefined })).toThrow(
        expect.objectContaining({ code: 'EINVAL', details: { argument: `exporter.${hook}` } }),
      );
    }),
  );

  test('an exporter has both of pin and unpin, or neither', () =>
    withSpace({}, async (space) => {
      expect(() => camera(space, { pin: async () => {} })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => camera(space, { unpin: () => {} })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      using both = camera(space, { pin: async () => {}, unpin: () => {} }).frame;
      expect(both.sizeBytes).toBe(16);
    }));

  test('it takes no memory of the space, and jobs and views cannot see it', () =>
    withSpace({}, async (space) => {
      using frame = camera(space).frame;
      const buffer = plain(frame);
      await expect(buffer.get()).rejects.toMatchObject({ code: 'ENODEV' });
      await expect(buffer.set(new Uint8Array(16))).rejects.toMatchObject({ code: 'ENODEV' });
      await expect(buffer.map('read')).rejects.toMatchObject({ code: 'ENODEV' });
      await expect(space.transaction((tx) => tx.edit(buffer))).rejects.toMatchObject({ code: 'ENODEV' });
      await expect(space.transaction((tx) => tx.place(buffer, ['system']))).rejects.toMatchObject({ code: 'ENODEV' });
    }));

  test('one that names heaps has its memory from them, and jobs and views see it', () =>
    withSpace({}, async (space) => {
      const { frame, log } = camera(space, { heaps: ['system'] });
      await plain(frame).set(new Uint8Array(16).fill(7));
      expect([...((await plain(frame).get()) as Uint8Array)]).toEqual(new Array(16).fill(7));
      frame.dispose();
      await settled(() => log.length > 0);
      expect(log).toEqual([`release ${frame.id}`]);
    }));

  test('a thread that exports may not block, and may again when nothing of it is left', () =>
    withSpace({}, async (space) => {
      const { frame, log } = camera(space);
      expect(() => space.transactionSync(() => 1)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      frame.dispose();
      await settled(() => log.length > 0);
      expect(space.transactionSync(() => 1)).toBe(1);
    }));

  test('the buffer is released after its importers, their mappings and their work', () =>
    withSpace({}, async (space) => {
      const { frame, log } = camera(space, { detach: (_, { name }) => log.push(`detach ${name}`) });
      const { link } = follower(frame);
      using line = timeline(space, 'display');
      const shown = line.issue();
      await locked(space, frame, async (tx) => {
        await link.map(tx);
        link.use(tx, shown, 'read');
      });
      frame.dispose();
      link.dispose();
      link.dispose();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(log).toEqual(['map display update']);
      line.signal();
      await settled(() => log.length >= 4);
      expect(log).toEqual(['map display update', 'unmap 1000', 'detach display', `release ${frame.id}`]);
    }));
});

describe('attach', () => {
  test('only an exported buffer can be attached to', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [16]);
      expect(() => attach(buffer as never, { name: 'display' })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }));

  test('what the exporter throws refuses the importer, and nothing is attached', () =>
    withSpace({ limits: { attachments: 1 } }, async (space) => {
      const { frame } = camera(space, {
        attach: (_, { name }) => {
          if (name === 'stranger') throw new Error('not you');
        },
      });
      expect(() => attach(frame, { name: 'stranger' })).toThrow('not you');
      attach(frame, { name: 'friend' }).dispose();
      frame.dispose();
    }));

  test('a buffer that is too large for the importer, or out of its reach, is refused', () =>
    withSpace({}, async (space) => {
      using frame = camera(space, { device: 'vpu' }).frame;
      expect(() => follower(frame, { maxBytes: 15 })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => follower(frame, { reaches: ['system'] })).toThrow(
        expect.objectContaining({ code: 'ENODEV', details: { device: 'display' } }),
      );
      follower(frame, { maxBytes: 16, reaches: ['system', 'vpu'] }).link.dispose();
    }));

  test('an exporter that takes its memory back refuses importers that cannot follow', () =>
    withSpace({}, async (space) => {
      using frame = camera(space, { isRevocable: true }).frame;
      expect(() => attach(frame, { name: 'disk' })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      follower(frame).link.dispose();
    }));

  test('no more importers attach than there are slots, and the error says how many', () =>
    withSpace({ limits: { attachments: 2 } }, async (space) => {
      using frame = camera(space).frame;
      const links = [follower(frame).link, follower(frame).link];
      expect(() => follower(frame)).toThrow(
        expect.objectContaining({ code: 'ENOSPC', details: { limit: 'attachments', value: 2 } }),
      );
      links.pop()?.dispose();
      links.push(follower(frame).link);
      for (const link of links) link.dispose();
    }));

  test('peers need an exporter with a device, and its consent', () =>
    withSpace({}, async (space) => {
      using near = camera(space, { device: 'vpu' }).frame;
      using shy = camera(space, {
        device: 'vpu',
        attach: (_, request) => {
          request.isPeer = false;
        },
      }).frame;
      using plainOne = camera(space).frame;
      const links = [
        follower(near, { allowPeer: true }).link,
        follower(near).link,
        follower(shy, { allowPeer: true }).link,
        follower(plainOne, { allowPeer: true }).link,
        follower(near, { allowPeer: true, device: 'unknown' }).link,
      ];
      expect(links.map(({ isPeer }) => isPeer)).toEqual([true, false, false, false, false]);
      for (const link of links) link.dispose();
    }));
});

describe('map', () => {
  test('without the lock it is refused, with a hint', () =>
    withSpace({}, async (space) => {
      using frame = camera(space).frame;
      const { link } = follower(frame);
      await expect(space.transaction((tx) => link.map(tx))).rejects.toMatchObject({
        code: 'EINVAL',
        message: expect.stringContaining('Hint: await tx.lock(buffer) first.'),
      });
      await expect(link.map({} as never)).rejects.toMatchObject({ code: 'EINVAL' });
      link.dispose();
    }));

  test('every mapping reaches the exporter, and the one before it ends', () =>
    withSpace({}, async (space) => {
      const { frame, log } = camera(space);
      const { link } = follower(frame);
      await locked(space, frame, async (tx) => {
        await link.map(tx, 'read');
        await link.map(tx, 'read');
        await link.map(tx, 'write');
      });
      await settled(() => log.includes('unmap 1000'));
      expect(log.filter((line) => line !== 'unmap 1000')).toEqual([
        'map display read',
        'map display read',
        'map display write',
      ]);
      expect(log).toHaveLength(4);
      link.dispose();
      frame.dispose();
    }));

  test('a cache keeps one mapping for each access, until the buffer moves', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link } = follower(made.frame, { cache: true });
      const map = (access: 'read' | 'write') => locked(space, made.frame, (tx) => link.map(tx, access));
      expect(await map('read')).toBe(await map('read'));
      await map('write');
      expect(made.log).toEqual(['map display read', 'map display write']);
      await moveTo(space, made, made, 0x9000);
      expect((await map('read')).base).toBe(0x9000);
      expect(made.log.filter((line) => line === 'map display read')).toHaveLength(2);
      link.dispose();
      made.frame.dispose();
    }));

  test('an exporter that gives nothing is ENOMEM, and what it throws comes through', () =>
    withSpace({}, async (space) => {
      using empty = camera(space, { map: async () => undefined as never }).frame;
      using broken = camera(space, { map: () => Promise.reject(new Error('no power')) }).frame;
      for (const [frame, error] of [
        [empty, { code: 'ENOMEM' }],
        [broken, { message: 'no power' }],
      ] as const) {
        const { link } = follower(frame);
        await expect(locked(space, frame, (tx) => link.map(tx))).rejects.toMatchObject(error);
        expect(link.isStale).toBe(true);
        link.dispose();
      }
    }));

  test('a static importer keeps the buffer where it is while it has it mapped', () =>
    withSpace({}, async (space) => {
      const log: string[] = [];
      const made = camera(space, { pin: async () => void log.push('pin'), unpin: () => void log.push('unpin') });
      const disk = attach(made.frame, { name: 'disk' });
      await locked(space, made.frame, (tx) => disk.map(tx));
      await expect(moveTo(space, made, made, 0x2000)).rejects.toMatchObject({ code: 'EBUSY' });
      expect(disk.isStale).toBe(false);
      await locked(space, made.frame, async (tx) => disk.unmap(tx));
      expect(log).toEqual(['pin', 'unpin']);
      await moveTo(space, made, made, 0x2000);
      expect((await locked(space, made.frame, (tx) => disk.map(tx))).base).toBe(0x2000);
      disk.dispose();
      expect(log).toEqual(['pin', 'unpin', 'pin', 'unpin']);
      made.frame.dispose();
    }));

  test('a static importer that could not map has pinned nothing', () =>
    withSpace({}, async (space) => {
      let pins = 0;
      const made = camera(space, {
        map: () => Promise.reject(new Error('no')),
        pin: async () => void pins++,
        unpin: () => void pins--,
      });
      const disk = attach(made.frame, { name: 'disk' });
      await expect(locked(space, made.frame, (tx) => disk.map(tx))).rejects.toThrow('no');
      expect(pins).toBe(0);
      await moveTo(space, made, made, 0x2000);
      disk.dispose();
      made.frame.dispose();
    }));

  test('a static importer gets its mapping after the move, a dynamic one before, with the fence', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      using line = timeline(space, 'dma');
      const { link } = follower(made.frame);
      const disk = attach(made.frame, { name: 'disk' });
      await space.transaction((tx) => made.frame.moving(tx, async () => line.issue()));
      await locked(space, made.frame, (tx) => link.map(tx));
      expect(link.ready.status).toBe('pending');
      let isMapped = false;
      const mapping = locked(space, made.frame, (tx) => disk.map(tx)).then(() => {
        isMapped = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(isMapped).toBe(false);
      line.signal();
      await mapping;
      expect(link.ready.status).toBe('done');
      disk.dispose();
      link.dispose();
      made.frame.dispose();
    }));
});

describe('pin', () => {
  test('a pinned buffer does not move, and says who pins it', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link, told } = follower(made.frame);
      await locked(space, made.frame, (tx) => link.pin(tx));
      await locked(space, made.frame, (tx) => link.pin(tx));
      link.unpin();
      await expect(moveTo(space, made, made, 0x2000)).rejects.toMatchObject({
        code: 'EBUSY',
        details: { by: 'agent 0 (this thread)' },
      });
      expect(told).toEqual([]);
      link.unpin();
      expect(() => link.unpin()).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      await moveTo(space, made, made, 0x2000);
      link.dispose();
      made.frame.dispose();
    }));

  test('only importers that can follow pin by hand, under the lock', () =>
    withSpace({}, async (space) => {
      using frame = camera(space).frame;
      const disk = attach(frame, { name: 'disk' });
      await expect(locked(space, frame, (tx) => disk.pin(tx))).rejects.toMatchObject({ code: 'EINVAL' });
      const { link } = follower(frame);
      await expect(space.transaction((tx) => link.pin(tx))).rejects.toMatchObject({ code: 'EINVAL' });
      disk.dispose();
      link.dispose();
    }));

  test('who goes pins nothing any more', () =>
    withSpace({}, async (space) => {
      const made = camera(space);
      const { link } = follower(made.frame);
      await locked(space, made.frame, (tx) => link.pin(tx));
      link.dispose();
      await moveTo(space, made, made, 0x2000);
      made.frame.dispose();
    }));
});
