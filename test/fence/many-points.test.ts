/** Merges of ten thousand fences: made, waited for, failed, held, without recursion and without quadratic time. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Fence, FencelineError, type Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

const agent = new URL('../../build/test/fence/waiter.agent.js', import.meta.url);
const many = 10_000;

function withLines(count: number, body: (lines: readonly Timeline[], space: Space) => Promise<void>): Promise<void> {
  return withSpace({ limits: { timelines: count } }, async (space) => {
    const lines = Array.from({ length: count }, (_, index) => timeline(space, `line ${index}`));
    await body(lines, space);
    for (const line of lines) line.dispose();
  });
}

/** Merges, waits, and signals one after the other, half of them as failed. */
async function mergeAndWait(lines: readonly Timeline[]): Promise<Fence> {
  const fences = lines.map((line) => line.issue());
  const all = Fence.all([Fence.all(fences.slice(0, 7)), ...fences, Fence.all(fences)]);
  const hold = all.hold();
  const waits = [all.settled(), all.settled()];
  all.hintDeadline(0);
  for (const [index, line] of lines.entries()) {
    if (index % 2 === 0) line.signal();
    else line.fail(line.issued, new FencelineError('EIO', 'It failed.', { errno: 71 }));
  }
  await Promise.all(waits);
  hold[Symbol.dispose]();
  return all;
}

describe('a merge of ten thousand', () => {
  test('is over with the last, and a merge of what failed keeps every point', () =>
    withLines(many, async (lines) => {
      const all = await mergeAndWait(lines);
      expect([all.status, all.points.length]).toEqual(['failed', many]);
      const again = Fence.all([all, ...lines.map((line) => line.issue())]);
      // What failed stays beside the later point of its timeline.
      expect(again.points).toHaveLength(many + many / 2);
      for (const line of lines) line.signal();
      expect(again.error?.code).toBe('EIO');
    }));

  test('ends a thread that blocks for it, in whatever order it is signalled', () =>
    withLines(many, async (lines, space) => {
      const worker = new Worker(agent, { workerData: space.handle });
      await once(worker, 'message');
      for (const order of [lines, [...lines].reverse()]) {
        const all = Fence.all(lines.map((line) => line.issue()));
        worker.postMessage({ do: 'block', fence: all.handle });
        for (const line of order) line.signal();
        expect(await once(worker, 'message')).toEqual([['done']]);
      }
      worker.postMessage({ do: 'leave' });
      await once(worker, 'exit');
    }));

  test('costs four times what a quarter of it costs, not sixteen times', async () => {
    const timed = async (count: number): Promise<number> => {
      let best = Number.POSITIVE_INFINITY;
      await withLines(count, async (lines) => {
        for (let round = 0; round < 4; round++) {
          const before = performance.now();
          await mergeAndWait(lines);
          best = Math.min(best, performance.now() - before);
        }
      });
      return best;
    };
    const [quarter, whole] = [await timed(many / 4), await timed(many)];
    console.log(`merge, wait and signal: ${quarter.toFixed(1)} ms for ${many / 4}, ${whole.toFixed(1)} ms for ${many}`);
    expect(whole / quarter).toBeLessThan(12);
  });
});
