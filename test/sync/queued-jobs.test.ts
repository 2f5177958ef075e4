/** Jobs and sync objects: only what is promised may be found there (contract C6). */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { exportBuffer } from 'fenceline/driver';
import { syncFile, syncObject } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { looksFor } from '#fenceline/passing.js';
import { coreOf } from '#fenceline/space.js';
import { giveUp, tryAsWorker } from '../pool/as-worker.ts';
import { withJobs } from '../pool/jobs-pool.ts';

test('a job that waits for its own turn is not put into a sync object; one that has it is', () =>
  withJobs({}, async (space, pool) => {
    using theirs = space.buffer('i32', [4]);
    using object = syncObject(space, 'object');
    const busy = expect.objectContaining({ code: 'EBUSY' });
    const job = await space.transaction(async (tx) => {
      await tx.lock(theirs);
      const queued = pool.run.fill({ dst: theirs, with: 1 });
      expect(() => object.replace(queued)).toThrow(busy);
      expect(() => object.replace(queued, 1)).toThrow(busy);
      using file = syncFile(queued);
      expect(() => object.replace(file)).toThrow(busy);
      expect(object.isEmpty).toBe(true);
      return queued;
    });
    await job.wait();
    object.replace(job, 1);
    expect(object.query()).toBe(1);
  }));

test('whether a job has its turn is asked once whoever is just trying to give it that has passed', () =>
  withJobs({}, async (space, pool) => {
    using theirs = space.buffer('i32', [4]);
    using object = syncObject(space, 'object');
    const passed = new Int32Array(new SharedArrayBuffer(8));
    const passing = new Worker(
      `const { parentPort, workerData: passed } = require('node:worker_threads');
      parentPort.once('message', ({ words, at, before, now }) => {
        Atomics.wait(passed, 1, 0, 50);
        Atomics.store(passed, 0, 1);
        Atomics.compareExchange(words, at, now, before);
      });`,
      { eval: true, workerData: passed },
    );
    const exited = once(passing, 'exit');
    await once(passing, 'online');
    await space.transaction(async (tx) => {
      await tx.lock(theirs);
      const queued = pool.run.fill({ dst: theirs, with: 1 });
      passing.postMessage(tryAsWorker(space, queued));
      expect(() => object.replace(queued)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
      expect(Atomics.load(passed, 0)).toBe(1);
    });
    expect([...(await theirs.get())]).toEqual([1, 1, 1, 1]);
    await exited;
  }));

test('who does not pass in half a second is not waited for any longer, and a thread with hooks only spins', () =>
  withJobs({ count: 1 }, async (space, pool) => {
    using theirs = space.buffer('i32', [4]);
    using object = syncObject(space, 'object');
    await space.transaction(async (tx) => {
      await tx.lock(theirs);
      const queued = pool.run.fill({ dst: theirs, with: 1 });
      const attempt = tryAsWorker(space, queued);
      expect(() => object.replace(queued)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
      giveUp(attempt);
    });
    expect([...(await theirs.get())]).toEqual([1, 1, 1, 1]);
    const core = coreOf(space);
    const { left } = looksFor(core);
    using _hooked = exportBuffer(space, { name: 'hooks', map: async () => 0, unmap() {}, release() {} }, 'u8', [4]);
    expect(core.canBlock).toBe(false);
    expect(looksFor(core).left).toBeLessThan(left);
  }));
