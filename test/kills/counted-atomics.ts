/**
 * Counts the operations of this thread on the words of one space, and stops the thread for good before one of them.
 *
 * The library reaches shared memory through `Atomics` alone, in src/cells/cell.ts, and looks it up at every call. So
 * putting another `Atomics` into this thread's global object counts and stops the very files that ship, on any runtime,
 * with no loader in between. A stopped thread is as one that was terminated there: it runs nothing any more, no
 * `finally` and no callback; it has not ended yet, which is what `terminate()` and its proof are for. If that does not come
 * within 200 ms, it ends by itself.
 */

type Operation = (words: Int32Array, ...rest: unknown[]) => unknown;

const real: typeof Atomics = globalThis.Atomics;

const endsAfterMs = 200;

let watched: ArrayBufferLike | undefined;
let count = 0;
let last = Number.POSITIVE_INFINITY;
let onStop: (count: number) => void = () => {};
let shown: Int32Array | undefined;

/**
 * Counts from here on; before operation `stopBefore` (from 0) the thread calls `tell` and stops. Word 0 of `progress`
 * shows the count to others.
 */
export function countOperations(
  memory: ArrayBufferLike,
  stopBefore: number,
  tell: (count: number) => void,
  progress?: Int32Array,
): void {
  watched = memory;
  count = 0;
  last = stopBefore;
  onStop = tell;
  shown = progress;
}

export function isCounting(): boolean {
  return watched !== undefined;
}

/** The call is over: the thread stops here, after the last operation. */
export function stopNow(): never {
  watched = undefined;
  onStop(count);
  // The thread that would end it may itself block for what it holds, a heap say, and only its end helps then.
  real.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, endsAfterMs);
  process.exit();
}

function step(memory: ArrayBufferLike): void {
  if (memory !== watched) return;
  if (count === last) stopNow();
  count++;
  if (shown !== undefined) real.store(shown, 0, count);
}

function counted(operation: Operation): Operation {
  return (words, ...rest) => {
    step(words.buffer);
    return operation(words, ...rest);
  };
}

const descriptors = Object.entries(Object.getOwnPropertyDescriptors(real)).map(([name, descriptor]) => {
  const { value } = descriptor as { value?: unknown };
  return [name, typeof value === 'function' ? { ...descriptor, value: counted(value as Operation) } : descriptor];
});

/** From here on this thread's operations are seen. */
export function replaceAtomics(): void {
  const value: unknown = Object.defineProperties({}, Object.fromEntries(descriptors) as PropertyDescriptorMap);
  Object.defineProperty(globalThis, 'Atomics', { value, configurable: true, writable: true });
}
