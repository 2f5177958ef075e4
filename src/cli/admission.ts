// Admits items in order while their working sets fit the budget together: what keeps inputs that are loaded ahead from
// filling the memory that outputs need.
import { disposeKey } from '../base/dispose.ts';
import { printBytes } from '../base/units.ts';
import { RunError } from './failure.ts';

interface Waiting {
  readonly sizeBytes: number;
  readonly enter: (room: Disposable) => void;
  readonly fail: (reason: unknown) => void;
}

export class Admission {
  /** The budget, and the swap. */
  readonly #capacityBytes: number;
  readonly #signal: AbortSignal;
  readonly #queue: Waiting[] = [];
  #heldBytes = 0;

  constructor(capacityBytes: number, signal: AbortSignal) {
    this.#capacityBytes = capacityBytes;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#failAll(), { once: true });
  }

  /** See Context.admit. The order is that of the calls: a small item never overtakes a large one, so none starves. */
  admit(sizeBytes: number, label = 'one item'): Promise<Disposable> {
    return new Promise((enter, fail) => {
      this.#signal.throwIfAborted();
      if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
        throw new RangeError(`The working set (${sizeBytes}) of ${label} is not a whole number of bytes.`);
      }
      if (sizeBytes > this.#capacityBytes) {
        throw new RunError(
          `The budget (${printBytes(this.#capacityBytes)}) is too small for ${label}, which needs ` +
            `${printBytes(sizeBytes)} at once; raise it with --budget.`,
        );
      }
      this.#queue.push({ sizeBytes, enter, fail });
      this.#pump();
    });
  }

  #pump(): void {
    for (;;) {
      const next = this.#queue[0];
      if (!next || this.#heldBytes + next.sizeBytes > this.#capacityBytes) return;
      this.#queue.shift();
      this.#heldBytes += next.sizeBytes;
      next.enter(this.#room(next.sizeBytes));
    }
  }

  #room(sizeBytes: number): Disposable {
    let isHeld = true;
    return {
      [disposeKey]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#heldBytes -= sizeBytes;
        this.#pump();
      },
    };
  }

  #failAll(): void {
    for (const { fail } of this.#queue.splice(0)) fail(this.#signal.reason);
  }
}
