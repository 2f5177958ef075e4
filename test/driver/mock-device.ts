/**
 * A device with memory of its own that does nothing until it is told to: copies and kernels are jobs in one queue, and
 * `advance(n)` does up to n of them, in order, each only when what it has to come after is over.
 */
import assert from 'node:assert/strict';
import type { Fence, SharedBuffer, Space } from 'fenceline';
import { type Device, type DeviceSpec, device } from 'fenceline/driver';
import { type Timeline, timeline } from 'fenceline/sync';

interface Job {
  readonly fence: Fence;
  readonly after: Fence;
  readonly label: string;
  readonly work: () => void;
}

/** What it does to the bytes of the buffers of a job. */
export type MockKernels = { readonly [name: string]: (...buffers: Uint8Array[]) => void };

export class MockDevice {
  readonly device: Device;
  readonly memory: Uint8Array;
  /** What was asked of it, in order: copies by `in` and `out`, kernels by their name. */
  readonly log: string[] = [];
  readonly #line: Timeline;
  readonly #jobs: Job[] = [];
  #isTicking = false;

  /** `ticks`: it advances by itself, from the event loop. */
  constructor(
    space: Space,
    name: string,
    sizeBytes: number,
    options: { kernels?: MockKernels; ticks?: boolean; reaches?: readonly string[] } = {},
  ) {
    const { kernels = {}, ticks = false, reaches = [] } = options;
    this.memory = new Uint8Array(sizeBytes);
    this.#line = timeline(space, name);
    const spec: DeviceSpec = {
      name,
      heap: { sizeBytes },
      reaches,
      copy: async (from, to, { after, offsetBytes, bytes }) => {
        const isIn = to === name;
        return this.#add(`${isIn ? 'in' : 'out'} ${from.id}`, after, ticks, () => {
          const place = this.memory.subarray(offsetBytes, offsetBytes + from.sizeBytes);
          if (isIn && bytes === undefined) place.fill(0);
          else if (isIn) place.set(bytes ?? []);
          else bytes?.set(place);
        });
      },
      run: ({ kernel, uses, after }) => {
        const views = [...uses.keys()].map((buffer) => this.viewOf(buffer));
        return this.#add(kernel, after, ticks, () => kernels[kernel]?.(...views));
      },
    };
    this.device = device(space, spec);
  }

  viewOf(buffer: SharedBuffer): Uint8Array {
    const from = this.device.offsetOf(buffer);
    return this.memory.subarray(from, from + buffer.sizeBytes);
  }

  /** How many jobs are waiting. */
  get pending(): number {
    return this.#jobs.length;
  }

  /** Does up to `count` jobs. Outcomes: how many it did; it stops at one that has to wait. */
  advance(count: number): number {
    for (let done = 0; done < count; done++) {
      const job = this.#jobs[0];
      if (job === undefined || job.after.status === 'pending') return done;
      assert.equal(job.after.status, 'done', `What ${job.label} comes after went well.`);
      this.#jobs.shift();
      job.work();
      this.#line.signal(job.fence);
    }
    return count;
  }

  /** It goes when what it had is at home. */
  async end(): Promise<void> {
    this.device.dispose();
    while (this.device.usedBytes > 0 || this.#jobs.length > 0) {
      this.advance(this.#jobs.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.#line.dispose();
  }

  #add(label: string, after: Fence, ticks: boolean, work: () => void): Fence {
    const fence = this.#line.issue();
    this.log.push(label);
    this.#jobs.push({ fence, after, label, work });
    if (ticks) this.#tick();
    return fence;
  }

  #tick(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    setImmediate(() => {
      this.#isTicking = false;
      this.advance(1);
      const next = this.#jobs[0];
      if (next?.after.status === 'pending') next.after.onSettled(() => this.#tick());
      else if (next !== undefined) this.#tick();
    });
  }
}
