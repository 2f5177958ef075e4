/**
 * The cases of Linux's own suite of reservations (st-dma-resv), over the public API: each usage in turn. A usage is asked for
 * through what it stands for: an access of the buffer. Nobody's access waits for bookkeeping, only its memory does.
 */
import type { SharedBuffer, Space } from 'fenceline';
import { check } from 'fenceline/check';
import { type Implicit, implicit, type Timeline, timeline, type Usage } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

interface World {
  readonly space: Space;
  readonly buffer: SharedBuffer;
  readonly line: Timeline;
  readonly fences: Implicit;
}

function withBuffer(body: (world: World) => void | Promise<void>): Promise<void> {
  return withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [64]);
    using line = timeline(space, 'mock');
    await body({ space, buffer, line, fences: implicit(buffer) });
  });
}

/** Who has to wait for what is used so: readers, writers. */
const blocked: { readonly [U in Usage]: readonly [boolean, boolean] } = {
  move: [true, true],
  write: [true, true],
  read: [false, true],
  bookkeep: [false, false],
};
const usages = Object.keys(blocked) as readonly Usage[];

describe('dma-resv', () => {
  test('sanitycheck: a lock is taken and given back, and nothing is listed', () =>
    withBuffer(async ({ space, buffer, fences }) => {
      await space.transaction((tx) => tx.lock(buffer));
      expect(fences.points).toEqual([]);
      expect([fences.isReady('read'), fences.isReady('write')]).toEqual([true, true]);
    }));

  test.each(usages)('signaling(%s): what is listed is pending until it is signalled', (usage) =>
    withBuffer(({ line, fences }) => {
      fences.add(line.issue(), usage);
      const [reader, writer] = blocked[usage];
      expect([fences.isReady('read'), fences.isReady('write')]).toEqual([!reader, !writer]);
      expect(fences.points[0]?.status).toBe('pending');
      line.signal();
      expect([fences.isReady('read'), fences.isReady('write')]).toEqual([true, true]);
      expect(fences.points[0]?.status).toBe('done');
    }),
  );

  test.each(usages)('for_each(%s): one fence is listed, with its usage', (usage) =>
    withBuffer(({ line, fences }) => {
      fences.add(line.issue(), usage);
      expect(fences.points).toMatchObject([{ usage, timeline: 'mock', seqno: 1, status: 'pending' }]);
      line.signal();
    }),
  );

  test('for_each_unlocked: who looks without the lock begins again when the list changes, and gives one whole list', async () => {
    // Linux corrupts a cursor to force it; here every interleaving of a writer and a reader within the bounds is run.
    const scenario = new URL('../explore/reservation/overtaken.scenario.ts', import.meta.url);
    const report = await check(scenario, { preemptions: 2 });
    expect(report.isComplete).toBe(true);
    expect(report.outcomes.size).toBeGreaterThan(1);
  }, 120_000);

  test.each(usages)('get_fences(%s): an access gets what it has to wait for', (usage) =>
    withBuffer(({ line, fences }) => {
      fences.add(line.issue(), usage);
      for (const [index, access] of (['read', 'write'] as const).entries()) {
        using file = fences.exportFile(access);
        const found = file.leaves.map(({ timeline: name, seqno }) => `${name} ${seqno}`);
        expect(found).toEqual(blocked[usage][index] ? ['mock 1'] : ['over 0']);
        expect(file.status).toBe(blocked[usage][index] ? 'pending' : 'done');
      }
      line.signal();
    }),
  );

  test('bookkeeping keeps the memory: what is disposed of goes back when it is over', () =>
    withSpace({ limits: { buffers: 1 } }, async (space) => {
      const buffer = space.buffer('u8', [64]);
      using line = timeline(space, 'mock');
      implicit(buffer).add(line.issue(), 'bookkeep');
      buffer.dispose();
      expect(() => space.buffer('u8', [64])).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      line.signal();
      await new Promise((resolve) => setTimeout(resolve, 0));
      space.buffer('u8', [64]).dispose();
    }));
});
