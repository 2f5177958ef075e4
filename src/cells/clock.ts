/**
 * Time. The only place that reads a clock or starts a timer, so that the explorer can put a virtual one under it.
 *
 * Not here: deadlines of waits (wait.ts) and trace time stamps' meaning.
 */

/** Milliseconds since some fixed moment, with fractions; monotonic within the process. */
export function now(): number {
  return performance.now();
}

/** The moment in milliseconds that all threads of the machine agree on, more or less: for aligning their clocks. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

/** When this thread's clock began, on the clock of `sharedNow`. */
export function timeOrigin(): number {
  return performance.timeOrigin;
}

/** A timer that can be stopped and that lets the process exit. */
export interface Timer {
  stop(): void;
}

/** Calls `fn` once from the event loop, not before `delayMs`; does not keep the process alive. */
export function startTimer(delayMs: number, fn: () => void): Timer {
  const id = setTimeout(fn, Math.min(Math.ceil(delayMs), 2 ** 31 - 1));
  unref(id);
  return { stop: () => clearTimeout(id) };
}

/** A timer that repeats, and that may or may not keep the process alive. */
export interface Ticker extends Timer {
  keepAlive(isKept: boolean): void;
}

/** Calls `fn` every `periodMs` until stopped; does not keep the process alive until told to. */
export function startTicker(periodMs: number, fn: () => void): Ticker {
  const id = setInterval(fn, periodMs);
  unref(id);
  return { stop: () => clearInterval(id), keepAlive: (isKept) => (isKept ? ref(id) : unref(id)) };
}

function ref(id: unknown): void {
  if (typeof id === 'object' && id !== null && 'ref' in id && typeof id.ref === 'function') id.ref();
}

function unref(id: unknown): void {
  // Browsers return a number; Node, Deno and Bun an object that can be unreferenced.
  if (typeof id === 'object' && id !== null && 'unref' in id && typeof id.unref === 'function') id.unref();
}
