/** Jobs and sync objects: only what is promised may be found there (contract C6). */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { syncFile, syncObject } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { tryAsWorker } from '../pool/as-worker.ts';
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
