/**
 * Refuses this thread the n-th thing that it asks for: room in a heap, or a slot of a table.
 *
 * The library reaches shared memory through `Atomics` alone, and looks it up at every call (test/kills/counted-atomics.ts);
 * so another `Atomics` in this thread's global object refuses to the very files that ship. Nothing is refused that others
 * could not have brought about: a budget may be lowered to nothing, and raised again, between any two looks at it; and all
 * slots of a table may be taken until a call is over.
 */
import type { Space } from 'fenceline';
import {
  ACCOUNT_WORDS,
  BLOCK_WORDS,
  BUFFER_WORDS,
  CHUNK_WORDS,
  HEAP_WORDS,
  JOB_WORDS,
  P_BUDGET,
  P_LOCK,
  TIMELINE_WORDS,
} from '#fenceline/base/layout.js';
import { ALLOC, FREE, generationOf, nobody, RETIRED, slotWord, stateOf } from '#fenceline/cells/slot.js';
import { coreOf } from '#fenceline/space.js';

/**
 * 'room once': who allocates finds that the heap's budget is 0. 'room': all heaps, until the call is over. 'a slot': a claim finds
 * its table full, until the call is over.
 */
export type Refused = 'room once' | 'room' | 'a slot';

interface Table {
  readonly start: number;
  readonly end: number;
  readonly slotWords: number;
}

const real: typeof Atomics = globalThis.Atomics;

export class Refusals {
  readonly #words: Int32Array;
  /** This agent, as the lock of a heap names it. */
  readonly #holder: number;
  readonly #budgets: Set<number>;
  readonly #tables: readonly Table[];
  #kind: Refused = 'room';
  #left = Number.POSITIVE_INFINITY;
  /** What is refused until the call is over. */
  #full: Table | 'heaps' | undefined;
  /** How often something was asked for. */
  asked = 0;

  constructor(space: Space) {
    const { words, layout, index } = coreOf(space).agent;
    const { limits } = layout;
    this.#words = words;
    this.#holder = index + 1;
    this.#budgets = new Set(Array.from({ length: limits.heaps }, (_, at) => layout.heaps + at * HEAP_WORDS + P_BUDGET));
    const table = (start: number, slotWords: number, count: number): Table => ({
      ...{ start, end: start + slotWords * count, slotWords },
    });
    this.#tables = [
      table(layout.timelines, TIMELINE_WORDS, limits.timelines),
      table(layout.buffers, BUFFER_WORDS, limits.buffers),
      table(layout.jobs, JOB_WORDS, limits.jobs),
      table(layout.blocks, BLOCK_WORDS, limits.blocks),
      table(layout.accounts, ACCOUNT_WORDS, limits.clients),
      table(layout.chunks, CHUNK_WORDS, limits.chunks),
    ];
  }

  /** From here on; the `nth` time, from 0, that this thread asks for such a thing, it is refused. */
  begin(kind: Refused, nth: number): void {
    [this.#kind, this.#left, this.#full, this.asked] = [kind, nth, undefined, 0];
    const own = { load: this.#load, compareExchange: this.#compareExchange };
    const value: unknown = Object.create(real, Object.getOwnPropertyDescriptors(own));
    Object.defineProperty(globalThis, 'Atomics', { value, configurable: true, writable: true });
  }

  /** What was full has room again. */
  endCall(): void {
    this.#full = undefined;
  }

  end(): void {
    Object.defineProperty(globalThis, 'Atomics', { value: real, configurable: true, writable: true });
  }

  readonly #load = (words: Int32Array, at: number): number => {
    const word = real.load(words, at);
    if (words.buffer !== this.#words.buffer) return word;
    if (this.#kind !== 'a slot') return this.#isAllocating(at) && this.#isRoomRefused() ? 0 : word;
    const isShownTaken = isStateOf(this.#full, at) && stateOf(word) === FREE;
    return isShownTaken ? slotWord(RETIRED, nobody, generationOf(word)) : word;
  };

  readonly #compareExchange = (words: Int32Array, at: number, expected: number, next: number): number => {
    if (this.#kind === 'a slot' && words.buffer === this.#words.buffer) {
      const table = this.#tables.find((one) => isStateOf(one, at));
      const isClaim = table !== undefined && stateOf(expected) === FREE && stateOf(next) === ALLOC;
      if (isClaim && (table === this.#full || this.#isRefused())) {
        this.#full = table;
        return slotWord(RETIRED, nobody, generationOf(expected));
      }
    }
    return real.compareExchange(words, at, expected, next);
  };

  /** Whether this is the look at a budget that decides: by who has the lock of the heap. */
  #isAllocating(at: number): boolean {
    return this.#budgets.has(at) && (real.load(this.#words, at - P_BUDGET + P_LOCK) & 63) === this.#holder;
  }

  #isRoomRefused(): boolean {
    const isRefused = this.#isRefused();
    if (isRefused && this.#kind === 'room') this.#full = 'heaps';
    return isRefused || this.#full === 'heaps';
  }

  #isRefused(): boolean {
    this.asked++;
    return this.#left-- === 0;
  }
}

function isStateOf(table: Table | 'heaps' | undefined, at: number): boolean {
  if (table === undefined || table === 'heaps') return false;
  const { start, end, slotWords } = table;
  return at >= start && at < end && (at - start) % slotWords === 0;
}
