// A thread of the user's own with a pool of its own: adds one to shared buffers in every way there is.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, type Handle, type SharedBuffer, Space, workers } from 'fenceline';
import type kernels from './jobs.kernels.ts';

type Numbers = SharedBuffer<'i32', readonly [number]>;
interface Order {
  readonly space: Handle<Space>;
  readonly buffers: readonly Handle<Numbers>[];
  readonly seed: number;
  readonly count: number;
}

const { space: handle, buffers: handles, seed, count } = workerData as Order;
const space = Space.join(handle);
const pool = await workers<typeof kernels>(space, new URL('./jobs.kernels.js', import.meta.url), { count: 1 });
const buffers = handles.map((one) => space.open<Numbers>(one));

let state = seed;
function random(limit: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * limit);
}

function bump(data: Int32Array): void {
  for (const [at, one] of data.entries()) data[at] = one + 1;
}

const added = buffers.map(() => 0);
const fences: Fence[] = [];
for (let step = 0; step < count; step++) {
  const at = random(buffers.length);
  const buffer = buffers[at] as Numbers;
  added[at] = (added[at] ?? 0) + 1;
  switch (random(5)) {
    case 0:
    case 1:
      fences.push(pool.run.add({ dst: buffer, by: 1 }));
      break;
    case 2:
      await space.transaction(async (tx) => bump((await tx.edit(buffer)).data));
      break;
    case 3:
      // Synchronous ones only when nothing of this thread is under way: its own turns would be in the way.
      space.transactionSync((tx) => bump(tx.edit(buffer).data));
      break;
    default: {
      using map = await buffer.map('update');
      bump(map.data);
    }
  }
}
for (const fence of fences) await fence.wait();
for (const buffer of buffers) buffer.dispose();
await space.close();
parentPort?.postMessage(added);
