/**
 * Words in shared memory: the only place where `Atomics` is named.
 *
 * Every function here is one scheduling point. They are plain functions that the engine inlines, so the facade costs
 * nothing at run time; the explorer replaces calls of them by `yield`s under the same source (design D10), and
 * because JavaScript's Atomics are sequentially consistent, interleaving these calls is all there is to explore.
 *
 * Not here: any meaning of a word. A word is read and written in one size only (facts R8): as Int32, or, for the few that
 * need 64 bits in one operation, behind a BigInt64Array.
 */

/** Memory that cells live in. Shared, or an ordinary ArrayBuffer where the page is not isolated (design D12). */
export type Words = Int32Array;
/** 64-bit words, in memory that no Int32Array touches: the counter of ticket stamps, and a few of timelines. */
export type BigWords = BigInt64Array;

export function load(words: Words, index: number): number {
  return Atomics.load(words, index);
}

export function store(words: Words, index: number, value: number): void {
  Atomics.store(words, index, value);
}

/** Returns the value before the addition. */
export function add(words: Words, index: number, value: number): number {
  return Atomics.add(words, index, value);
}

/** Returns the value before the operation. */
export function or(words: Words, index: number, mask: number): number {
  return Atomics.or(words, index, mask);
}

/** Returns the value before the operation. */
export function and(words: Words, index: number, mask: number): number {
  return Atomics.and(words, index, mask);
}

/** Returns the value before the exchange. */
export function exchange(words: Words, index: number, value: number): number {
  return Atomics.exchange(words, index, value);
}

/** Compare-exchange: true if the word held `expected` and now holds `value`; otherwise nothing changed. */
export function cas(words: Words, index: number, expected: number, value: number): boolean {
  return Atomics.compareExchange(words, index, expected, value) === expected;
}

/** The next value of a 64-bit counter, starting at 1. */
export function nextStamp(counter: BigWords): number {
  return Number(Atomics.add(counter, 0, 1n)) + 1;
}

/** As `load`, of a 64-bit word. */
export function loadWide(words: BigWords, index: number): bigint {
  return Atomics.load(words, index);
}

/** As `store`, of a 64-bit word. */
export function storeWide(words: BigWords, index: number, value: bigint): void {
  Atomics.store(words, index, value);
}

/** As `exchange`, of a 64-bit word. */
export function exchangeWide(words: BigWords, index: number, value: bigint): bigint {
  return Atomics.exchange(words, index, value);
}

/** As `cas`, of a 64-bit word. */
export function casWide(words: BigWords, index: number, expected: bigint, value: bigint): boolean {
  return Atomics.compareExchange(words, index, expected, value) === expected;
}

/** Wakes every waiter, synchronous or not. Never one alone: a dying worker may swallow a single wake-up (design D13). */
export function notifyAll(words: Words, index: number): void {
  Atomics.notify(words, index);
}

/** Blocks the thread while the word holds `expected`, at most `timeoutMs`. May return early for no reason. */
export function sleep(words: Words, index: number, expected: number, timeoutMs: number): void {
  Atomics.wait(words, index, expected, timeoutMs);
}

/**
 * Calls `wake` from the event loop once the word is notified, or soon if it does not hold `expected`.
 * It cannot be cancelled and does not keep the process alive.
 */
export function sleepAsync(words: Words, index: number, expected: number, wake: () => void): void {
  const waiting = Atomics.waitAsync(words, index, expected);
  if (waiting.async) void waiting.value.then(wake);
  else queueMicrotask(wake);
}

/** Whether this thread may block: a browser's window may not. */
export function canSleep(words: Words): boolean {
  if (isWindow) return false;
  try {
    // A time-out of nothing: this only asks whether the call is allowed.
    Atomics.wait(words, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Passes a moment of a spin: to be called in a loop, with the number of the round, while the word holds `value`.
 * The explorer treats it as blocked until the word changes. Late rounds sleep for a millisecond where the thread may.
 */
export function pauseWhile(words: Words, index: number, value: number, round: number): void {
  if (round > spinRounds && !isWindow) {
    try {
      Atomics.wait(words, index, value, 1);
      return;
    } catch {
      // A service worker may not block either, and has nothing better to do than to look again.
    }
  }
  for (let step = 0; step < spinSteps; step++) if (Atomics.load(words, index) !== value) return;
}

/** A browser's window is never asked to block: each attempt would be an exception, in a loop that is to be short. */
const isWindow: boolean = typeof Window === 'function' && globalThis instanceof Window;
const spinRounds = 100;
const spinSteps = 20;
