/** Many points through one sync object: for the test that everybody runs, and the one with a million. */
import { type Fence, Space } from 'fenceline';
import { syncObject, timeline } from 'fenceline/sync';
import { expect } from 'vitest';
import { C_STATE, CHUNK_WORDS } from '#fenceline/base/layout.js';
import { LIVE, stateOf } from '#fenceline/cells/slot.js';
import { coreOf } from '#fenceline/space.js';

/** How many chunks of a space are in use. */
export function chunksInUse(space: Space): number {
  const { words, layout } = coreOf(space).agent;
  let count = 0;
  for (let chunk = 0; chunk < layout.limits.chunks; chunk++) {
    if (stateOf(words[layout.chunks + chunk * CHUNK_WORDS + C_STATE] ?? 0) === LIVE) count++;
  }
  return count;
}

/** Adds so many points, each signalled when so many more were added. Chunks stay few, and later points cost no more. */
export async function addMany(count: number, behind: number): Promise<void> {
  const space = Space.create({ budgetBytes: 2 ** 20 });
  const line = timeline(space, 'line');
  const object = syncObject(space, 'object');
  const fences: Fence[] = [];
  const quarters: number[] = [];
  let mostChunks = 0;
  for (let quarter = 0; quarter < 4; quarter++) {
    const began = performance.now();
    for (let index = 0; index < count / 4; index++) {
      const point = (quarter * count) / 4 + index + 1;
      const slot = point % behind;
      const old = fences[slot];
      if (old !== undefined) line.signal(old);
      const fence = line.issue();
      fences[slot] = fence;
      object.replace(fence, point);
    }
    quarters.push(performance.now() - began);
    mostChunks = Math.max(mostChunks, chunksInUse(space));
  }
  const sizes = `${quarters.map((ms) => ms.toFixed(0)).join(', ')} ms, ${mostChunks} chunks`;
  console.log(`${count} points, ${behind} pending: ${sizes}`);
  expect(object.query({ submitted: true })).toBe(count);
  expect(object.query()).toBe(count - behind);
  // A link takes about ten bytes; until half of them are over, those stay too.
  expect(mostChunks).toBeLessThan(10 + behind / 8);
  // Generous, because cores are shared: quadratic growth is far beyond it.
  const [first = 0, , , last = 0] = quarters;
  expect(last).toBeLessThan(5 * first + 500);
  await space.close();
}
