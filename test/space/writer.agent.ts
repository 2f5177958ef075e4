/** A thread that writes to a buffer of others as soon as it is told, and says at once that its write has its place. */
import { parentPort, workerData } from 'node:worker_threads';
import { Space } from 'fenceline';

const space = Space.join(workerData.space);
const buffer = space.open<import('fenceline').SharedBuffer<'u32'>>(workerData.buffer);
parentPort?.once('message', async () => {
  const written = buffer.set(new Uint32Array(buffer.shape[0] ?? 0).fill(200));
  Atomics.store(workerData.placed, 0, 1);
  Atomics.notify(workerData.placed, 0);
  await written;
  buffer.dispose();
  await space.close();
});
parentPort?.postMessage('ready');
