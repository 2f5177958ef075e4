/** The implicit fences of a buffer: listed as by Linux, exported and imported as sync files, waited for by jobs. */
import { Fence, type FencelineError, type SharedBuffer, type Space } from 'fenceline';
import { implicit, type SyncFile, syncFile, timeline, type Usage } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withJobs } from '../pool/jobs-pool.ts';
import { withSpace } from '../space/with-space.ts';

/** What a buffer lists, as people write it. */
function listOf(buffer: Parameters<typeof implicit>[0]): readonly string[] {
  return implicit(buffer).points.map(
    ({ usage, timeline: line, seqno, status }) => `${usage} ${line} ${seqno} ${status}`,
  );
}

/** In a transaction, which waits for the turns of what this thread submitted. */
function exportLocked(space: Space, buffer: SharedBuffer, access: 'read' | 'write'): Promise<SyncFile> {
  return space.transaction(async (tx) => {
    await tx.lock(buffer);
    return implicit(buffer).exportFile(access);
  });
}

function codeOf(fn: () => unknown): string | undefined {
  try {
    fn();
    return undefined;
  } catch (error) {
    return (error as FencelineError).code;
  }
}

describe('what is listed', () => {
  test('stays in its place, over or not, until something takes it', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [16]);
      using a = timeline(space, 'a');
      using b = timeline(space, 'b');
      const fences = implicit(buffer);
      fences.add(a.issue(), 'read');
      fences.add(b.issue(), 'write');
      expect(listOf(buffer)).toEqual(['read a 1 pending', 'write b 1 pending']);
      a.signal();
      expect(listOf(buffer)).toEqual(['read a 1 done', 'write b 1 pending']);
      fences.add(b.issue(), 'bookkeep');
      expect(listOf(buffer), 'What is over makes room.').toEqual(['bookkeep b 2 pending', 'write b 1 pending']);
      b.signal();
    }));

  test('promotes a use of a timeline, and never degrades one', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [16]);
      using line = timeline(space, 'line');
      const fences = implicit(buffer);
      fences.add(line.issue(), 'read');
      fences.add(line.issue(), 'write');
      expect(listOf(buffer)).toEqual(['write line 2 pending']);
      fences.add(line.issue(), 'read');
      expect(listOf(buffer)).toEqual(['write line 2 pending', 'read line 3 pending']);
      fences.add(line.issue(1), 'write');
      expect(listOf(buffer), 'An earlier point does not take the place of a later one.').toEqual([
        'write line 2 pending',
        'read line 3 pending',
        'write line 1 pending',
      ]);
      line.signal();
    }));

  test('says how what is over ended, also after its timeline was disposed of', () =>
    withSpace({ limits: { timelines: 2 } }, async (space) => {
      using buffer = space.buffer('u8', [16]);
      const fences = implicit(buffer);
      const line = timeline(space, 'line');
      fences.add(line.issue(), 'write');
      line.dispose();
      timeline(space, 'other').dispose();
      timeline(space, 'other').dispose();
      expect(listOf(buffer)).toEqual(['write line 1 failed']);
      expect(fences.points[0]?.error?.code).toBe('ECANCELED');
      using next = timeline(space, 'next');
      fences.add(next.issue(), 'write');
      expect(listOf(buffer)).toEqual(['write next 1 pending']);
      // The slot of the first one is free again.
      timeline(space, 'third').dispose();
      next.signal();
    }));

  test('lets go of timelines once the buffer is disposed of and they are over', () =>
    withSpace({ limits: { timelines: 1 } }, async (space) => {
      const buffer = space.buffer('u8', [16]);
      const line = timeline(space, 'line');
      const fence = line.issue();
      implicit(buffer).add(fence, 'read');
      buffer.dispose();
      line.signal();
      line.dispose();
      await fence.settled();
      await new Promise((resolve) => setTimeout(resolve, 0));
      timeline(space, 'next').dispose();
    }));

  test('has a stub for what was over from the start', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [16]);
      using file = implicit(buffer).exportFile('write');
      expect(file.status).toBe('done');
      implicit(buffer).importFile(file, 'write');
      expect(listOf(buffer)).toEqual(['write over 0 done']);
      implicit(buffer).add(Fence.all([]), 'read');
      expect(listOf(buffer)).toEqual(['read over 0 done']);
    }));
});

describe('an exported file', () => {
  test('holds what a reader or a writer has to wait for, and is a snapshot', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [16]);
      const usages: readonly Usage[] = ['move', 'write', 'read', 'bookkeep'];
      const lines = usages.map((usage) => timeline(space, usage));
      for (const [index, usage] of usages.entries())
        implicit(buffer).add((lines[index] as (typeof lines)[0]).issue(), usage);
      using forReader = implicit(buffer).exportFile('read', 'for a reader');
      using forWriter = implicit(buffer).exportFile('write');
      expect(forReader.name).toBe('for a reader');
      expect(forReader.leaves.map(({ timeline: line }) => line)).toEqual(['move', 'write']);
      expect(forWriter.leaves.map(({ timeline: line }) => line)).toEqual(['move', 'write', 'read']);
      for (const line of lines.slice(0, 3)) line.signal();
      implicit(buffer).add((lines[3] as (typeof lines)[0]).issue(), 'write');
      expect([forReader.status, forWriter.status]).toEqual(['done', 'done']);
      for (const line of lines) line.dispose();
    }));

  test('of one buffer is imported into another, all its points at once', () =>
    withSpace({}, async (space) => {
      using from = space.buffer('u8', [16]);
      using to = space.buffer('u8', [16]);
      using a = timeline(space, 'a');
      using b = timeline(space, 'b');
      implicit(from).add(Fence.all([a.issue(), b.issue()]), 'read');
      using file = implicit(from).exportFile('write');
      implicit(to).importFile(file, 'write');
      expect(listOf(to)).toEqual(['write a 1 pending', 'write b 1 pending']);
      a.signal();
      b.signal();
    }));
});

describe('who comes after imported work', () => {
  test('waits for it: a reader for a write, a writer for a read too', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [4]);
      await buffer.set([1, 2, 3, 4]);
      using line = timeline(space, 'line');
      using reading = syncFile(line.issue());
      implicit(buffer).importFile(reading, 'read');
      expect([...(await buffer.get())]).toEqual([1, 2, 3, 4]);
      let isSet = false;
      const set = buffer.set([5, 6, 7, 8]).then(() => {
        isSet = true;
      });
      await expect(buffer.get({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'ETIME' });
      expect(isSet).toBe(false);
      line.signal();
      await set;
      expect([...(await buffer.get())]).toEqual([5, 6, 7, 8]);
    }));

  test('waits for it in a worker, and jobs go on in their order', () =>
    withJobs({}, async (space, pool) => {
      using src = space.buffer('i32', [4]);
      using dst = src.like();
      using line = timeline(space, 'line');
      pool.run.fill({ dst: src, with: 1 });
      await pool.idle;
      const fences = implicit(src);
      fences.add(line.issue(), 'write');
      // Before the jobs: a worker that gives them their turn holds the lock for a moment, and nothing is added meanwhile.
      fences.add(line.issue(), 'bookkeep');
      const copied = pool.run.copy({ src, dst });
      pool.run.add({ dst: src, by: 1 });
      expect(await copied.settled({ timeoutMs: 20 })).toEqual({ status: 'pending' });
      line.signal(1);
      expect([...(await dst.get())]).toEqual([1, 1, 1, 1]);
      expect([...(await src.get())]).toEqual([2, 2, 2, 2]);
      line.signal();
    }));

  test('and what is exported for a writer is over with the jobs that read', () =>
    withJobs({}, async (space, pool) => {
      using src = space.buffer('i32', [4]);
      using meter = space.buffer('i32', [8]);
      await meter.set(new Int32Array(8));
      pool.run.fill({ dst: src, with: 3 });
      const sum = pool.run.sum({ src });
      await sum.wait();
      using none = implicit(src).exportFile('write');
      expect(none.status).toBe('done');
      const next = pool.run.fill({ dst: src, with: 4 });
      // It has its turn at once, unless a worker is just giving it.
      await expect.poll(() => next.status === 'done' || !implicit(src).isReady('read'), { timeout: 20_000 }).toBe(true);
      using file = implicit(src).exportFile('read');
      await file.fence.wait();
      expect(next.status).toBe('done');
    }));

  test('has what this thread submitted in it, or is refused with EBUSY while that waits for its turn', () =>
    withJobs({}, async (space, pool) => {
      using src = space.buffer('i32', [4]);
      using dst = src.like();
      using line = timeline(space, 'line');
      await src.set([1, 2, 3, 4]);
      const fences = implicit(src);
      await space.transaction(async (tx) => {
        await tx.lock(dst);
        tx.addFence(dst, line.issue(), 'write');
        pool.run.copy({ src, dst });
        expect(codeOf(() => fences.exportFile('write'))).toBe('EBUSY');
        // It only reads: a reader would not wait for it.
        using beside = fences.exportFile('read');
        expect(beside.status).toBe('done');
        // Here the copy comes after the transaction.
        using before = implicit(dst).exportFile('write');
        expect(before.status).toBe('pending');
      });
      using read = await exportLocked(space, src, 'write');
      using written = await exportLocked(space, dst, 'read');
      expect([read.status, written.status]).toEqual(['pending', 'pending']);
      expect(fences.isReady('read')).toBe(true);
      line.signal();
      await written.fence.wait();
      expect([...(await dst.get())]).toEqual([1, 2, 3, 4]);
      expect(read.status).toBe('done');
    }));

  test('learns when it could begin', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [4]);
      const fences = implicit(buffer);
      using line = timeline(space, 'line');
      expect([fences.isReady('read'), fences.isReady('write')]).toEqual([true, true]);
      fences.add(line.issue(), 'read');
      expect([fences.isReady('read'), fences.isReady('write')]).toEqual([true, false]);
      const heard: string[] = [];
      fences.onReady('read', () => heard.push('read'));
      const write = new Promise<void>((resolve) => {
        fences.onReady('write', () => {
          heard.push('write');
          resolve();
        });
      });
      fences.onReady('write', () => heard.push('never'))[Symbol.dispose]();
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(heard).toEqual(['read']);
      // What is added later is not waited for.
      fences.add(line.issue(), 'write');
      line.signal(1);
      await write;
      expect(heard).toEqual(['read', 'write']);
      expect(fences.isReady('read')).toBe(false);
      line.signal();
    }));
});

describe('an addition', () => {
  test('is refused with EBUSY while a transaction holds the lock, and its asynchronous form waits for it', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('u8', [4]);
      using line = timeline(space, 'line');
      using file = syncFile(line.issue());
      let imported: Promise<void> | undefined;
      await space.transaction(async (tx) => {
        await tx.lock(buffer);
        expect(codeOf(() => implicit(buffer).importFile(file, 'read'))).toBe('EBUSY');
        expect(codeOf(() => implicit(buffer).add(file.fence, 'read'))).toBe('EBUSY');
        imported ??= implicit(buffer).importFileAsync(file, 'read');
        await expect(implicit(buffer).importFileAsync(file, 'read', { timeoutMs: 5 })).rejects.toMatchObject({
          code: 'ETIME',
        });
        expect(implicit(buffer).points).toEqual([]);
      });
      await imported;
      expect(listOf(buffer)).toEqual(['read line 1 pending']);
      line.signal();
    }));

  test('of a job that waits for its own turn is refused with EBUSY, and its asynchronous form waits for the turn', () =>
    withJobs({}, async (space, pool) => {
      using theirs = space.buffer('i32', [4]);
      using ours = space.buffer('i32', [4]);
      const line = timeline(space, 'line');
      let imported: Promise<void> | undefined;
      let file: SyncFile | undefined;
      await space.transaction(async (tx) => {
        await tx.lock(theirs);
        const job = pool.run.fill({ dst: theirs, with: 1 });
        expect(codeOf(() => implicit(ours).add(job, 'write'))).toBe('EBUSY');
        file = syncFile(job);
        expect(codeOf(() => implicit(ours).importFile(file as SyncFile, 'write'))).toBe('EBUSY');
        imported = implicit(ours).importFileAsync(file, 'write');
        await tx.lock(ours);
        expect(codeOf(() => tx.addFence(ours, job, 'read'))).toBe('EBUSY');
        // Its turn comes, and it still has something to wait for.
        tx.addFence(theirs, line.issue(), 'write');
        expect(implicit(ours).points).toEqual([]);
      });
      await imported;
      expect(implicit(ours).points).toMatchObject([{ usage: 'write', status: 'pending' }]);
      const isSet = ours.set([1, 2, 3, 4]).then(() => true);
      await expect(ours.get({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'ETIME' });
      line.dispose();
      expect(await isSet).toBe(true);
      file?.dispose();
    }));

  test('comes after jobs of this thread that wait for their turn at the buffer', () =>
    withJobs({}, async (space, pool) => {
      using buffer = space.buffer('i32', [4]);
      using line = timeline(space, 'line');
      using file = syncFile(line.issue());
      let imported: Promise<void> | undefined;
      using other = space.buffer('i32', [4]);
      await space.transaction(async (tx) => {
        await tx.lock(other);
        pool.run.copy({ src: buffer, dst: other });
        expect(codeOf(() => implicit(buffer).importFile(file, 'write'))).toBe('EBUSY');
        imported = implicit(buffer).importFileAsync(file, 'write');
      });
      await imported;
      // Else the copy would wait for what was imported after it.
      expect([...(await other.get())]).toEqual([0, 0, 0, 0]);
      line.signal();
    }));

  test('of more than 64 pending points is refused with ENOSPC, and nothing is changed', () =>
    withSpace({ limits: { timelines: 80 } }, async (space) => {
      using buffer = space.buffer('u8', [4]);
      const lines = Array.from({ length: 65 }, (_, index) => timeline(space, `line ${index}`));
      const fences = lines.map((line) => line.issue());
      expect(codeOf(() => implicit(buffer).add(Fence.all(fences), 'read'))).toBe('ENOSPC');
      expect(implicit(buffer).points).toEqual([]);
      implicit(buffer).add(Fence.all(fences.slice(1)), 'read');
      expect(implicit(buffer).points).toHaveLength(64);
      expect(codeOf(() => implicit(buffer).add(fences[0] as Fence, 'read'))).toBe('ENOSPC');
      lines[9]?.signal();
      implicit(buffer).add(fences[0] as Fence, 'read');
      expect(implicit(buffer).points).toHaveLength(64);
      for (const line of lines) line.dispose();
    }));

  test('of something else is refused with EINVAL', () =>
    withSpace({}, async (space) => {
      const buffer = space.buffer('u8', [4]);
      using line = timeline(space, 'line');
      const fence = line.issue();
      using file = syncFile(fence);
      const fences = implicit(buffer);
      expect(codeOf(() => fences.add(fence, 'execute' as Usage))).toBe('EINVAL');
      expect(codeOf(() => fences.add(fence, 'toString' as Usage))).toBe('EINVAL');
      expect(codeOf(() => fences.add({} as Fence, 'read'))).toBe('EINVAL');
      expect(codeOf(() => fences.importFile({} as typeof file, 'read'))).toBe('EINVAL');
      expect(codeOf(() => fences.importFile(file, 'update' as 'read'))).toBe('EINVAL');
      expect(codeOf(() => fences.exportFile('update' as 'read'))).toBe('EINVAL');
      expect(codeOf(() => implicit({} as typeof buffer))).toBe('EINVAL');
      expect(fences.points).toEqual([]);
      buffer.dispose();
      expect(codeOf(() => fences.add(fence, 'read'))).toBe('EINVAL');
      expect(codeOf(() => fences.points)).toBe('EINVAL');
      line.signal();
    }));
});
