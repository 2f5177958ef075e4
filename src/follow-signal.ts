/**
 * A signal of one's own that also follows another, until it is let go of.
 *
 * Not AbortSignal.any: Node 20 keeps what it makes with the source for ever, and a source may live as long as the
 * program.
 */

export interface FollowingSignal {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Takes the listener off the source. */
  letGo(): void;
}

export function followSignal(source: AbortSignal | undefined): FollowingSignal {
  const own = new AbortController();
  const onAbort = (): void => own.abort(source?.reason);
  if (source?.aborted) onAbort();
  else source?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    letGo: () => source?.removeEventListener('abort', onAbort),
  };
}
