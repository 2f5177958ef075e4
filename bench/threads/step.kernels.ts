/** What the jobs of `rows/fetching.ts` do: look at a layer, note when, and leave the thread to a device for a while. */
import { kernel, read, serve, update } from 'fenceline';

const idle = new Int32Array(new SharedArrayBuffer(4));
const clock = (): number => performance.timeOrigin + performance.now();

/** `notes`: how many jobs ran, what they read together, then when each began and ended. */
const step = kernel(
  { notes: update('f64', ['notes']), layer: read('u32', ['words']), deviceMs: 'f64' },
  ({ notes, layer, deviceMs }) => {
    const count = notes.data[0] ?? 0;
    notes.data[2 + 2 * count] = clock();
    notes.data[1] = (notes.data[1] ?? 0) + (layer.data[0] ?? 0) * (layer.data[layer.data.length - 1] ?? 0);
    // A device computes; its time is what can be used to copy.
    Atomics.wait(idle, 0, 0, deviceMs);
    notes.data[3 + 2 * count] = clock();
    notes.data[0] = count + 1;
  },
);

export default serve({ step });
