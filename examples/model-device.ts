/**
 * A device with memory of its own, modelled on this thread: what it works on is copied in, and comes home for whoever looks.
 * It stands for one that is worth it; here it shows that a stage does not care where it runs.
 */
import type { Access, Fence, SharedBuffer, Space } from 'fenceline';
import { type Device, type DeviceCopy, device } from 'fenceline/driver';

export type Uses = readonly (readonly [buffer: SharedBuffer, access: Access])[];
/** Gets the bytes of the buffers, in their order. */
export type Work = (...buffers: Uint8Array[]) => void;

export class ModelDevice implements Disposable {
  readonly #space: Space;
  readonly #memory: Uint8Array;
  readonly #device: Device;
  /** What is to be done, by the name under which it was submitted. */
  readonly #works: Map<string, Work> = new Map();
  #count = 0;
  /** The latest submission. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(space: Space, sizeBytes: number) {
    this.#space = space;
    this.#memory = new Uint8Array(sizeBytes);
    this.#device = device(space, {
      name: 'model device',
      heap: { sizeBytes },
      copy: async (buffer, to, copy) => this.#after(copy.after, 'copy', () => this.#copy(buffer, to, copy)),
      run: ({ kernel, uses, after }) => {
        const views = [...uses.keys()].map((buffer) => this.#view(this.#device.offsetOf(buffer), buffer.sizeBytes));
        const work = this.#works.get(kernel);
        return this.#after(after, kernel, () => work?.(...views));
      },
    });
  }

  /**
   * Submits work, one after the other: a thread has few tickets. Outcomes: once it has its place among what uses the buffers, the
   * fence of it; rejects as `Device.submit` does.
   */
  submit(label: string, uses: Uses, work: Work): Promise<Fence> {
    const mine = this.#line.then(() => this.#submit(label, uses, work));
    this.#line = mine.catch(() => {});
    return mine;
  }

  [Symbol.dispose](): void {
    this.#device.dispose();
  }

  async #submit(label: string, uses: Uses, work: Work): Promise<Fence> {
    const kernel = `${label} ${++this.#count}`;
    this.#works.set(kernel, work);
    try {
      return await this.#space.transaction((tx) => this.#device.submit(tx, kernel, new Map(uses)));
    } finally {
      this.#works.delete(kernel);
    }
  }

  #after(fence: Fence, label: string, work: () => void): Fence {
    return this.#space.fence(fence.wait().then(work), label);
  }

  #copy(buffer: SharedBuffer, to: string, { offsetBytes, bytes }: DeviceCopy): void {
    const place = this.#view(offsetBytes, buffer.sizeBytes);
    if (to !== this.#device.heap) bytes?.set(place);
    else if (bytes === undefined) place.fill(0);
    else place.set(bytes);
  }

  #view(offsetBytes: number, sizeBytes: number): Uint8Array {
    return this.#memory.subarray(offsetBytes, offsetBytes + sizeBytes);
  }
}
