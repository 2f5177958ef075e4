/** Buffers whose closer left before their last fence was over: nobody waits for that, and they are found when there is no room. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Space } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { expect, test } from 'vitest';

const sizeBytes = 4096;

/** A thread makes a buffer, which `meanwhile` may drive out, and leaves with a fence of it pending; then the fence is over. */
async function leaveOneBehind(space: Space, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  const line = timeline(space, 'of others');
  const fence = line.issue();
  const leaver = new Worker(new URL('../../build/test/space/leaver.agent.js', import.meta.url), {
    workerData: { space: space.handle, fence: fence.handle },
  });
  await once(leaver, 'message');
  await meanwhile();
  leaver.postMessage('leave');
  await once(leaver, 'exit');
  line.signal();
  line.dispose();
}

const filled = (value: number): Uint8Array => new Uint8Array(sizeBytes).fill(value);

test('a buffer that was left behind gives its slot to a new one', async () => {
  const space = Space.create({ budgetBytes: 64 * 1024, limits: { buffers: 4 } });
  await leaveOneBehind(space);
  const buffers = Array.from({ length: 4 }, () => space.buffer('u8', [sizeBytes]));
  expect(() => space.buffer('u8', [sizeBytes])).toThrow(/All buffers \(4\) are in use/);
  for (const buffer of buffers) buffer.dispose();
  await space.close();
});

test('room in the swap heap of a buffer that was left behind goes to who has to leave', async () => {
  const space = Space.create({ budgetBytes: sizeBytes, swap: { sizeBytes }, patienceMs: 2000 });
  const [first, second] = [space.buffer('u8', [sizeBytes]), space.buffer('u8', [sizeBytes])];
  await leaveOneBehind(space, () => first.set(filled(1)));
  await second.set(filled(2));
  expect([(await first.get())[7], (await second.get())[7]]).toEqual([1, 2]);
  first.dispose();
  second.dispose();
  await space.close();
});
