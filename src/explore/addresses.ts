/**
 * Addresses of words: numbers that are the same in every execution, whatever buffers the runtime hands out.
 *
 * Buffers are numbered by who made them and in which order, which is alike in executions that agree on who did what. Those
 * that the transformed code did not make (a WebAssembly.Memory's) are numbered when they are first used.
 */
import type { AgentRun } from './agent-run.ts';

const addressKey: unique symbol = Symbol('fenceline address');

interface Addressed {
  [addressKey]?: number;
}

export class Addresses {
  #made: number = 0;
  /** Buffers made outside agents, by number. */
  readonly #kept: SharedArrayBuffer[] = [];

  /** A new execution begins. */
  reset(): void {
    this.#made = 0;
  }

  /** A zeroed buffer made outside agents: that of an earlier execution, if the same one was made there at this point. */
  makeAgain(byteLength: number): SharedArrayBuffer {
    const kept = this.#kept[this.#made];
    if (kept !== undefined && kept.byteLength === byteLength) {
      // Eight bytes at a time: filling shared memory stores element by element.
      new Float64Array(kept, 0, byteLength >>> 3).fill(0);
      new Uint8Array(kept, byteLength & ~7).fill(0);
      this.#made++;
      return kept;
    }
    const made = new SharedArrayBuffer(byteLength);
    this.#kept[this.#made] = made;
    this.name(made, undefined);
    return made;
  }

  /** The address of the first element of an array, in bytes. */
  of(words: ArrayBufferView, user: AgentRun | undefined): number {
    const known = (words as Addressed)[addressKey];
    if (known !== undefined) return known;
    const start = (words.buffer as Addressed)[addressKey] ?? this.name(words.buffer, user);
    const address = (start + words.byteOffset) | 0;
    (words as Addressed)[addressKey] = address;
    return address;
  }

  /** Gives a buffer its address. `maker` is undefined outside agents. */
  name(buffer: ArrayBufferLike, maker: AgentRun | undefined): number {
    const serial = maker === undefined ? this.#made++ : ((maker.index + 1) << 20) + maker.buffersMade++;
    const start = Math.imul(serial + 1, 0x9e3779b1) & ~7;
    (buffer as Addressed)[addressKey] = start;
    return start;
  }
}
