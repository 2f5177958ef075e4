/**
 * The facade's time: when things were signalled, and when waits give up. Replaying a trace brings a clock of its own.
 */

export interface UapiClock {
  /** Milliseconds since 1970, for time stamps and deadlines. */
  now(): number;
  /** Calls `fn` once after so many milliseconds, unless what it returns is called before. */
  after(ms: number, fn: () => void): () => void;
}

/** The library's own time: what is signalled is stamped by the library, and `after` is the runtime's timer. */
export const ownClock: Omit<UapiClock, 'now'> = {
  after(ms, fn) {
    const signal = AbortSignal.timeout(ms);
    signal.addEventListener('abort', fn, { once: true });
    return () => signal.removeEventListener('abort', fn);
  },
};

/** Deadlines are in nanoseconds in Linux and in milliseconds here. */
export function millisecondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

/** Exact for what came from `millisecondsOf`, up to 2^53 nanoseconds. */
export function nanosecondsOf(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}
