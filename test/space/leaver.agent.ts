/** A thread that closes a buffer which a fence of others still uses, and leaves before the fence is over. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, Space } from 'fenceline';

const space = Space.join(workerData.space);
const buffer = space.buffer('u8', [4096]);
await buffer.set(new Uint8Array(4096).fill(1));
const asked = parentPort === null ? undefined : once(parentPort, 'message');
parentPort?.postMessage('made');
await asked;
await space.transaction(async (tx) => {
  await tx.lock(buffer);
  tx.addFence(buffer, space.open<Fence>(workerData.fence), 'write');
});
buffer.dispose();
await space.close();
