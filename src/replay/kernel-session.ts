/**
 * One sequence of calls inside the kernel (class kv): fences in slots, reservations, contexts and callbacks by number.
 *
 * Compared are statuses, callbacks and what is pending; the recorder's notes on hooks and reference counts are left out, and
 * so is the order of lists (`compare.ts`).
 */
import type { Space } from '../index.ts';
import * as kernel from '../uapi.ts';
import { type Fields, TraceError } from './trace.ts';

export class KernelSession {
  readonly #contexts: kernel.FenceContexts;
  readonly #byNumber: Map<number, kernel.FenceContext> = new Map();
  readonly #slots: Map<number, kernel.DmaFence> = new Map();
  readonly #resvs: Map<number, kernel.DmaResv> = new Map();
  readonly #callbacks: Map<number, kernel.FenceCallback> = new Map();
  readonly #ran: string[] = [];

  constructor(space: Space) {
    this.#contexts = new kernel.FenceContexts(space);
  }

  /** Runs an operation. Outcomes: what it answers; undefined if there is none of that name. */
  run(name: string, args: readonly number[]): Fields | undefined {
    return this.#operations[name]?.(...args);
  }

  /** Which callbacks ran since the last time. */
  harvest(): string[] {
    return this.#ran.splice(0).sort();
  }

  /** The fence in a slot, for exceptions to look at. */
  fenceIn(slot: number): kernel.DmaFence | undefined {
    return this.#slots.get(slot);
  }

  readonly #operations: Readonly<Record<string, (...args: number[]) => Fields>> = {
    fnew: (slot = 0, context = 0, seqno = 0) => {
      this.#slots.set(slot, kernel.initFence(this.#context(context), seqno));
      return { rc: 0 };
    },
    sig: (slot = 0) => ({ rc: kernel.signalFence(this.#fence(slot)) }),
    err: (slot = 0, errno = 0) => {
      kernel.setError(this.#fence(slot), errno);
      return { rc: 0 };
    },
    st: (slot = 0) => ({ rc: kernel.getStatus(this.#fence(slot)) }),
    is: (slot = 0) => ({ rc: kernel.isSignaled(this.#fence(slot)) ? 1 : 0 }),
    fwait: (slot = 0) => ({ rc: kernel.pollFence(this.#fence(slot)) }),
    fwaitany: (...slots) => {
      const index = kernel.pollAny(slots.map((slot) => this.#fence(slot)));
      return index < 0 ? { rc: 0, idx: untouched } : { rc: 1, idx: index };
    },
    cb: (number = 0, slot = 0) => {
      const added = kernel.addCallback(this.#fence(slot), () => this.#ran.push(`cb${number}`));
      if (typeof added === 'number') return { rc: added };
      this.#callbacks.set(number, added);
      return { rc: 0 };
    },
    cbrm: (number = 0) => {
      const callback = this.#callbacks.get(number);
      if (callback === undefined) return { rc: refusedByRecorder };
      this.#callbacks.delete(number);
      return { rc: callback.remove() ? 1 : 0 };
    },
    merge: (slot = 0, ...slots) => {
      const merged = kernel.mergeFences(
        this.#contexts,
        slots.map((one) => this.#fence(one)),
      );
      const { kind, members } = merged;
      const shown =
        kind === 'array' ? { kind, list: this.#namesOf(members) } : { kind: 'fence', is: this.#nameOf(merged) };
      this.#slots.set(slot, merged);
      return { rc: 0, ...shown };
    },
    unwrap: (slot = 0) => ({ rc: 0, list: this.#namesOf(kernel.unwrap(this.#fence(slot))) }),

    rnew: (number = 0) => {
      this.#resvs.set(number, kernel.initResv(this.#contexts.space));
      return { rc: 0 };
    },
    radd: (number = 0, slot = 0, usage = 0) => {
      kernel.addFence(this.#resv(number), this.#fence(slot), usage);
      return { rc: 0 };
    },
    rtest: (number = 0, usage = 0) => ({ rc: kernel.testSignaled(this.#resv(number), usage) ? 1 : 0 }),
    rwait: (number = 0, usage = 0) => ({ rc: kernel.testSignaled(this.#resv(number), usage) ? 1 : 0 }),
    rget: (number = 0, usage = 0) => {
      const points = kernel.pendingAt(this.#resv(number), usage);
      return { rc: 0, list: this.#namesOf(points.flatMap((point) => this.#contexts.fenceAt(point) ?? [])) };
    },
    rcopy: (target = 0, source = 0) => {
      kernel.copyFences(this.#contexts, this.#resv(target), this.#resv(source));
      return { rc: 0 };
    },
  };

  #context(number: number): kernel.FenceContext {
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    const context = this.#contexts.allocate();
    this.#byNumber.set(number, context);
    return context;
  }

  #fence(slot: number): kernel.DmaFence {
    const fence = this.#slots.get(slot);
    if (fence === undefined) throw new TraceError(`The trace uses slot ${slot}, in which it has put no fence.`);
    return fence;
  }

  #resv(number: number): kernel.DmaResv {
    const resv = this.#resvs.get(number);
    if (resv === undefined) throw new TraceError(`The trace uses reservation ${number}, which it has not made.`);
    return resv;
  }

  #namesOf(fences: readonly kernel.DmaFence[]): string[] {
    return fences.map((fence) => this.#nameOf(fence));
  }

  /** The lowest slot that holds it. */
  #nameOf(fence: kernel.DmaFence): string {
    let lowest: number | undefined;
    for (const [slot, held] of this.#slots) {
      if (held === fence && (lowest === undefined || slot < lowest)) lowest = slot;
    }
    if (lowest !== undefined) return `f${lowest}`;
    return fence.kind === 'stub' ? 'stub' : 'dma_fence_array';
  }
}

/** What a wait for any leaves as its index when nothing is signalled. */
const untouched = 77;
const refusedByRecorder = -9998;
