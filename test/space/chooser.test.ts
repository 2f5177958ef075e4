/** What leaves memory is chosen by what was used again before, and not only by what was used last. */
import { expect, test } from 'vitest';
import { TRACE_SWAPPED_IN } from '#fenceline/cells/trace.js';
import { countOf } from '#fenceline/memory/note.js';
import { coreOf } from '#fenceline/space.js';
import { withSpace } from './with-space.ts';

const KiB = 1024;

/** How many of the looks at buffers of 4 KiB had to bring them back, where 8 of them fit. */
async function broughtBack(count: number, orders: readonly (readonly number[])[]): Promise<number> {
  let swapped = 0;
  await withSpace({ budgetBytes: 32 * KiB, swap: { sizeBytes: 256 * KiB } }, async (space) => {
    const buffers = Array.from({ length: count }, () => space.buffer('u32', [KiB]));
    for (const [at, buffer] of buffers.entries()) await buffer.set(new Uint32Array(KiB).fill(at));
    for (const order of orders) {
      for (const at of order) {
        // An index below the count.
        const mapping = await (buffers[at] as (typeof buffers)[0]).map('read');
        expect(mapping.data[7]).toBe(at);
        mapping.dispose();
      }
    }
    swapped = countOf(coreOf(space).agent, 0, TRACE_SWAPPED_IN);
    for (const buffer of buffers) buffer.dispose();
  });
  return swapped;
}

test('of a loop that does not fit, most stays: the least recently used would be evicted right before its use, each time', async () => {
  const loop = Array.from({ length: 12 }, (_, at) => at);
  const swapped = await broughtBack(12, Array(30).fill(loop));
  // LRU brings back all 360.
  expect(swapped).toBeLessThan(240);
});

test('a few that are used all the time stay while others are looked at once in a while', async () => {
  const rounds = Array.from({ length: 60 }, (_, round) => [0, 1, 2, 3, 4, 5, 6 + (round % 14)]);
  const swapped = await broughtBack(20, rounds);
  // Each of the 60 looks at the others brings one back.
  expect(swapped).toBeLessThan(85);
});
