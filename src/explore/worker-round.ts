/**
 * One scenario on real threads: what the coordinator (workers.ts) and its threads (worker-agent.ts) share, and the same code
 * on both sides. Every thread has objects of its own, made by `setup` over the same buffers.
 *
 * State: each thread sleeps on a word of its own, whose value is its latest command: a number that grows, and what to do.
 * It answers each command once, by adding one to ANSWERS, on which the coordinator sleeps; its next command comes only after
 * that. So no command is missed or done twice, and what was written before a command or an answer is seen by its receiver.
 */
import { loadPlain, scenarioOf } from './linker.ts';
import type { Patch } from './report.ts';
import type { ScenarioParts } from './scenario.ts';

export const ANSWERS = 0;
/** How many threads stand at the start, so that they begin together. */
export const STARTING = 1;
/** The word of the first thread. */
export const COMMANDS = 2;

/** What to do, in the lowest bits of a command. */
export const SET_UP = 1;
export const RUN = 2;
export const kindBits = 2;

/** Where a thread leaves its result: the length of a text, then the text; a negative length is that of an error. */
export const resultBytes: number = 64 * 1024;

export interface AgentData {
  readonly file: string;
  readonly patches: readonly Patch[];
  readonly index: number;
  readonly control: Int32Array;
  readonly result: Int32Array;
  readonly buffers: readonly SharedArrayBuffer[];
}

type Parts = ScenarioParts<unknown, Record<string, unknown>>;

/** A scenario whose `setup` takes given buffers instead of making them, in the order in which it asks for them. */
export class PlainScenario {
  readonly parts: Parts;
  readonly buffers: SharedArrayBuffer[];
  readonly #place: { next: number | undefined };

  private constructor(parts: Parts, buffers: SharedArrayBuffer[], place: { next: number | undefined }) {
    this.parts = parts;
    this.buffers = buffers;
    this.#place = place;
  }

  /** Without buffers given, the first `setup` makes them. */
  static async load(
    file: string,
    patches: readonly Patch[],
    given: readonly SharedArrayBuffer[],
  ): Promise<PlainScenario> {
    const buffers = [...given];
    const place: { next: number | undefined } = { next: undefined };
    function make(byteLength: number, options?: { maxByteLength?: number }): SharedArrayBuffer {
      if (place.next === undefined) return new SharedArrayBuffer(byteLength, options);
      if (options !== undefined) throw new Error('On real workers, setup cannot make a SharedArrayBuffer that grows.');
      const at = place.next++;
      const found = buffers[at] ?? new SharedArrayBuffer(byteLength);
      if (found.byteLength !== byteLength) {
        throw new Error(
          `Setup is not alike every time: its buffer ${at + 1} had ${found.byteLength} bytes and has ${byteLength}.`,
        );
      }
      buffers[at] = found;
      return found;
    }
    make.prototype = SharedArrayBuffer.prototype;
    const namespace = await loadPlain(file, patches, make as unknown as SharedArrayBufferConstructor);
    return new PlainScenario(scenarioOf(namespace, file), buffers, place);
  }

  /** Makes the world over the buffers, which it first empties. Context: nobody else touches them. */
  setUp(): unknown {
    for (const buffer of this.buffers) new Uint8Array(buffer).fill(0);
    this.#place.next = 0;
    try {
      return this.parts.setup();
    } finally {
      this.#place.next = undefined;
    }
  }
}
