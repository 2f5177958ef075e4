/** Jobs and sync objects: only what is promised may be found there (contract C6). */
import { syncFile, syncObject } from 'fenceline/sync';
import { expect, test } from 'vitest';
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
