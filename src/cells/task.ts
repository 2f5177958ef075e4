/**
 * Running a function later on this agent, outside every lock: after the current code returned to the event loop.
 *
 * Not here: waking other agents (doorbell.ts).
 */

/** Runs `fn` as a microtask of this agent. */
export function queueTask(fn: () => void): void {
  queueMicrotask(fn);
}

/** Hands an error that nobody can catch to the runtime, as an uncaught exception, without stopping the caller. */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
