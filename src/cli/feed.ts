// The inputs as the pipeline sees them: one after the other, each read at most as fast as it is asked for, and counted,
// so that progress knows how much lies behind.
import type { Input } from '../pipeline.ts';
import { orAborted, untilAborted } from './abort.ts';
import type { FoundInput } from './inputs.ts';

export class Feed implements AsyncIterable<Input> {
  readonly #inputs: readonly FoundInput[];
  readonly #signal: AbortSignal;
  readonly #totalBytes: number | undefined;
  #readBytes = 0;

  constructor(inputs: readonly FoundInput[], signal: AbortSignal) {
    this.#inputs = inputs;
    this.#signal = signal;
    const sizes = inputs.map(({ sizeBytes }) => sizeBytes);
    this.#totalBytes = sizes.reduce(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    );
  }

  /**
   * How much of the run lies behind, 0 to 1: by items where there are several inputs, because those are read far ahead;
   * by bytes where there is one. Undefined if nobody can know.
   */
  fractionAfter(items: number): number | undefined {
    if (this.#inputs.length > 1) return Math.min(1, items / this.#inputs.length);
    if (this.#totalBytes === undefined || this.#totalBytes === 0) return undefined;
    return Math.min(1, this.#readBytes / this.#totalBytes);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Input, void, void> {
    for (const input of this.#inputs) {
      this.#signal.throwIfAborted();
      yield { name: input.name, bytes: () => this.#bytes(input), stream: () => this.#stream(input) };
    }
  }

  async #bytes(input: Input): Promise<Uint8Array> {
    const bytes = await orAborted(input.bytes(), this.#signal);
    this.#readBytes += bytes.byteLength;
    return bytes;
  }

  async *#stream(input: Input): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of untilAborted(input.stream(), this.#signal)) {
      this.#readBytes += piece.byteLength;
      yield piece;
    }
  }
}
