/** Dumps of a space in which others are at work. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Space } from 'fenceline';
import { expect, test } from 'vitest';
import { validDump } from './validated.ts';

const busy = new URL('../../build/test/dump/busy.agent.js', import.meta.url);

test('dumps are taken while threads work and die, and never throw; each block, buffer and job in them makes sense', async () => {
  const space = Space.create({ budgetBytes: 2 ** 20, traceEvents: 64, limits: { buffers: 64, blocks: 256, jobs: 64 } });
  const start = () => new Worker(busy, { workerData: { handle: space.handle, keeps: false } });
  let workers = [start(), start()];
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const seen = { dumps: 0, whole: 0, used: 0, kept: 0, jobs: 0 };
  for (let round = 0; round < 2; round++) {
    // More of them where the others get no time to do anything.
    const deadline = performance.now() + 10_000;
    const hasSeen = (): boolean => seen.whole > 0 && seen.used > 0 && seen.kept + seen.jobs > 0;
    for (let dumps = 0; dumps < 25 || (!hasSeen() && performance.now() < deadline); dumps++) {
      const dump = validDump(space);
      seen.dumps++;
      for (const { isWhole, blocks, capacityBytes, usedBytes } of dump.heaps) {
        let at = 0;
        for (const block of blocks) {
          expect(block.startBytes).toBe(at);
          at += block.sizeBytes;
        }
        expect(at).toBeLessThanOrEqual(capacityBytes);
        if (!isWhole) continue;
        expect(at).toBe(capacityBytes);
        seen.whole++;
        if (usedBytes > 0) seen.used++;
      }
      expect(space.describe()).toContain('heap system');
      const ids = dump.buffers.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      seen.kept += dump.buffers.filter(({ kept }) => kept.length > 0).length;
      seen.jobs += dump.jobs.length;
    }
    // One stops wherever it is.
    const [first, ...rest] = workers;
    await first?.terminate();
    const next = start();
    await once(next, 'message');
    workers = [...rest, next];
  }
  console.log(JSON.stringify(seen));
  expect(seen.whole).toBeGreaterThan(0);
  expect(seen.used).toBeGreaterThan(0);
  expect(seen.kept + seen.jobs).toBeGreaterThan(0);
  await Promise.all(workers.map((worker) => worker.terminate()));
  await space.close({ abort: true });
}, 60_000);
